package org.sealane.smb.lane;

import org.sealane.smb.client.TrafficGate;

/** The rules in force, as the client of a lane asks for them. */
record LaneGate(LaneRules rules, LaneKey key) implements TrafficGate {

  @Override
  public Pass enter() {
    LaneRules.Pass pass = rules.enter(key.volume(), key.kind());
    return new Pass() {
      @Override
      public Level level() {
        return pass.level();
      }

      @Override
      public void close() {
        pass.close();
      }
    };
  }

  @Override
  public Level sendLevel() {
    return rules.sendLevel(key.volume(), key.kind());
  }

  @Override
  public boolean mayLeave(Level level) {
    return rules.mayLeave(level);
  }

  @Override
  public boolean accepts(Level responseLevel) {
    return responseLevel.satisfies(rules.rule(key.volume(), key.kind()).weakestAccepted());
  }
}
