package io.slipway.web.traffic;

import io.slipway.web.traffic.proxy.ProxyLimits;
import io.slipway.web.traffic.tls.TlsFiles;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a switch is started with.
///
/// @param data the data folder; the switch keeps to `switch` below it
/// @param listen public addresses; port 0 takes any free one
/// @param trusted networks in CIDR form whose proxies' forwarding headers are believed
/// @param tls null: plain HTTP only
/// @param limits how long it waits for whom
/// @param grace how long what is in flight may take when the switch is stopped
/// @param retirement how long connections may live on after the sockets went to a successor
public record SwitchSettings(
        Path data,
        List<InetSocketAddress> listen,
        List<String> trusted,
        @Nullable TlsFiles tls,
        ProxyLimits limits,
        Duration grace,
        Duration retirement) {
    /// With the usual limits: 10 s of grace, an hour of retirement.
    ///
    /// @param tls null: plain HTTP only
    public static SwitchSettings of(
            Path data,
            List<InetSocketAddress> listen,
            List<String> trusted,
            @Nullable TlsFiles tls) {
        return new SwitchSettings(
                data,
                List.copyOf(listen),
                List.copyOf(trusted),
                tls,
                ProxyLimits.DEFAULT,
                Duration.ofSeconds(10),
                Duration.ofHours(1));
    }

    /// The public addresses as text, `address:port`, IPv6 in brackets.
    List<String> addresses() {
        return listen.stream().map(Addresses::text).toList();
    }
}
