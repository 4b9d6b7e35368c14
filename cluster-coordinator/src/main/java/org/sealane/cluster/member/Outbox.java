package org.sealane.cluster.member;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.sealane.cluster.store.StoreRequest;
import org.sealane.cluster.store.StoreResult;

/**
 * The actions of the answer being made, and who waits for which reply. Replies to requests that
 * were given up are dropped. Not thread-safe.
 */
final class Outbox {
  private final Map<Long, Consumer<StoreResult>> waiting = new HashMap<>();
  private List<MemberAction> actions = new ArrayList<>();
  private long lastToken;

  void add(MemberAction action) {
    actions.add(action);
  }

  /** Submits one request. */
  void submit(StoreRequest request, Consumer<StoreResult> then) {
    long token = ++lastToken;
    waiting.put(token, then);
    actions.add(new MemberAction.Submit(token, request));
  }

  /** Submits all and goes on when the last was answered; results are in the requests' order. */
  void submitAll(List<StoreRequest> requests, Consumer<List<StoreResult>> then) {
    if (requests.isEmpty()) {
      then.accept(List.of());
      return;
    }
    StoreResult[] results = new StoreResult[requests.size()];
    int[] open = {results.length};
    for (int i = 0; i < results.length; i++) {
      int index = i;
      submit(
          requests.get(i),
          result -> {
            results[index] = result;
            if (--open[0] == 0) {
              then.accept(Arrays.asList(results));
            }
          });
    }
  }

  void replied(long token, StoreResult result) {
    Consumer<StoreResult> then = waiting.remove(token);
    if (then != null) {
      then.accept(result);
    }
  }

  /** Gives up every request under way: what they did is found by reading. */
  void forget() {
    waiting.clear();
  }

  List<MemberAction> take() {
    List<MemberAction> taken = actions;
    actions = new ArrayList<>();
    return taken;
  }
}
