package org.sealane.cluster.audit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.TreeMap;
import org.sealane.cluster.json.StrictJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One JSON object a line, appended and forced to disk: {@code
 * {"sequence":1,"time":"...","node":"node1","id":5101,"kind":"document-refused","fields":{...}}}.
 * The sequence begins anew with each process. One lock guards the file.
 */
public final class JsonLinesAuditLog implements AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger(JsonLinesAuditLog.class);

  private final String node;
  private final InstantSource clock;
  private final FileChannel file;
  private final Object lock = new Object();
  private long sequence;

  public JsonLinesAuditLog(Path path, String node, InstantSource clock) throws IOException {
    this.node = node;
    this.clock = clock;
    this.file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  @Override
  public void record(AuditEvent event) {
    ObjectNode json = StrictJson.object();
    synchronized (lock) {
      json.put("sequence", ++sequence);
      json.put("time", clock.instant().toString());
      json.put("node", node);
      json.put("id", event.kind().id());
      json.put("kind", event.kind().word());
      ObjectNode fields = json.putObject("fields");
      new TreeMap<>(event.fields()).forEach(fields::put);
      byte[] text = StrictJson.bytes(json);
      byte[] line = Arrays.copyOf(text, text.length + 1);
      line[text.length] = '\n';
      append(event, ByteBuffer.wrap(line));
    }
  }

  private void append(AuditEvent event, ByteBuffer line) {
    try {
      while (line.hasRemaining()) {
        file.write(line);
      }
      file.force(false);
    } catch (IOException e) {
      LOG.error("audit event not written kind={} fields={}", event.kind(), event.fields(), e);
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("audit log not closed: {}", e.toString());
      }
    }
  }
}
