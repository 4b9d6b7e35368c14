package org.sealane.smb.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CreditLedgerTest {
  @Test
  void shouldStartWithOneCreditAndIdZero() {
    CreditLedger ledger = new CreditLedger(100);
    assertThat(ledger.take(2)).isEmpty();
    assertThat(ledger.take(1)).hasValue(0);
    assertThat(ledger.take(1)).isEmpty();
  }

  @Test
  void shouldGiveAsManyConsecutiveIdsAsARequestCosts() {
    CreditLedger ledger = new CreditLedger(100);
    ledger.grant(20);
    assertThat(ledger.take(1)).hasValue(0);
    assertThat(ledger.take(16)).hasValue(1);
    assertThat(ledger.take(4)).hasValue(17);
    assertThat(ledger.available()).isZero();
    assertThat(ledger.take(1)).isEmpty();
  }

  @Test
  void shouldAskForWhatIsMissingToItsTargetAndForWhatTheRequestCosts() {
    CreditLedger ledger = new CreditLedger(10);
    ledger.take(1);
    assertThat(ledger.toAskFor(1)).isEqualTo(10);
    ledger.settle(1);
    ledger.grant(10);
    ledger.take(4);
    assertThat(ledger.held()).isEqualTo(10);
    assertThat(ledger.toAskFor(4)).isEqualTo(4);
  }

  @Test
  void shouldNotCountMoreCreditsThanAnyServerGrants() {
    CreditLedger ledger = new CreditLedger(10);
    for (int i = 0; i < 100_000; i++) {
      ledger.grant(65_535);
    }
    assertThat(ledger.available()).isEqualTo(65_535);
  }
}
