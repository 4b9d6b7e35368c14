package org.sealane.rdma.software;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.sealane.rdma.verbs.Verbs;
import org.sealane.rdma.verbs.VerbsException;
import org.sealane.rdma.verbs.VerbsProvider;

/** The provider {@code software}: always there, an emulation. */
public final class SoftwareProvider implements VerbsProvider {
  static final String NAME = "software";

  private final SoftwareSettings settings;

  public SoftwareProvider(SoftwareSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Probe> probe() {
    Path directory = settings.directory();
    Path place = Files.exists(directory) ? directory : directory.toAbsolutePath().getParent();
    return List.of(
        Files.isWritable(place)
            ? new Probe.Found(NAME, SoftwareVerbs.attributes(settings))
            : new Probe.Absent(NAME, place + " can not be written"));
  }

  @Override
  public Verbs open(Optional<String> device) throws VerbsException {
    String only = SoftwareVerbs.attributes(settings).device();
    if (device.isPresent() && !device.get().equals(only)) {
      throw new VerbsException(
          VerbsException.Kind.UNSUPPORTED, "software has the device " + only + " only");
    }
    return new SoftwareVerbs(settings);
  }
}
