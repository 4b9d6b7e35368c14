package org.sealane.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void shouldAlignColumnsAndShowWhatIsAbsentAsADash() {
    String text = new Table("NAME", "SIZE").row("a-long-name", 1).row("b", null).render();

    assertThat(text).isEqualTo("NAME         SIZE\na-long-name  1\nb            -\n");
  }

  @Test
  void shouldRefuseARowOfAnotherWidth() {
    assertThatThrownBy(() -> new Table("NAME").row("a", "b")).hasMessage("2 cells for 1 columns");
  }
}
