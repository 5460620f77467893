package io.slipway.web.traffic.http;

import io.netty.util.NetUtil;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.regex.Pattern;

/// The Host of a request.
public final class HostName {
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[0-9a-zA-Z._-]{1,253})(:[0-9]{0,5})?");
    private static final Pattern NUMBER = Pattern.compile("[0-9.]+|0[xX][0-9a-fA-F]+");

    private HostName() {}

    /// Lower case, without port and without the dot at its end.
    ///
    /// @return `null` when it is no host
    static @Nullable String parse(String authority) {
        if (!AUTHORITY.matcher(authority).matches()) {
            return null;
        }
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        String host = (end < 0 ? authority : authority.substring(0, end)).toLowerCase(Locale.ROOT);
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /// Whether a parsed host is an IP address, in whatever notation.
    public static boolean isAddress(String host) {
        return host.startsWith("[")
                ? NetUtil.isValidIpV6Address(host)
                : NUMBER.matcher(host).matches();
    }
}
