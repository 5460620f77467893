package io.slipway.web.traffic;

import io.slipway.engine.route.PlainJson;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What `control.json` says: where the running switch is, and by which secret it obeys.
///
/// @param pid of its process
/// @param controlPort on 127.0.0.1
/// @param secret 64 hex digits
/// @param version of the program it runs
/// @param settings what it was started with, as one text that is only ever compared
/// @param listening its public sockets, `address:port`
record ControlFile(
        long pid,
        int controlPort,
        String secret,
        String version,
        String settings,
        List<String> listening) {
    static ControlFile parse(byte[] json) {
        PlainJson file = PlainJson.parse(json);
        return new ControlFile(
                file.number("pid"),
                file.port("controlPort"),
                file.text("secret"),
                file.text("version"),
                file.text("settings"),
                file.texts("listening"));
    }

    byte[] bytes() {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("pid", pid);
        file.put("controlPort", controlPort);
        file.put("secret", secret);
        file.put("version", version);
        file.put("settings", settings);
        file.put("listening", listening);
        return PlainJson.write(file);
    }

    @Override
    public String toString() {
        return "process " + pid + ", control port " + controlPort + " [secret]";
    }
}
