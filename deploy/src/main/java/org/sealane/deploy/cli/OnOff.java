package org.sealane.deploy.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A switch as commands take it. */
enum OnOff {
  ON,
  OFF;

  boolean isOn() {
    return this == ON;
  }

  static String word(boolean on) {
    return on ? "on" : "off";
  }

  /** Accepts {@code on} and {@code off}. */
  static final class Converter implements ITypeConverter<OnOff> {
    @Override
    public OnOff convert(String word) {
      return switch (word) {
        case "on" -> ON;
        case "off" -> OFF;
        default -> throw new TypeConversionException("'" + word + "' is not on or off");
      };
    }
  }
}
