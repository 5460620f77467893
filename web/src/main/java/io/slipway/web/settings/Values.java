package io.slipway.web.settings;

import io.slipway.engine.grammar.Amounts;
import io.slipway.web.settings.Sources.Wrong;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What single values may be.
final class Values {
    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern DOMAIN =
            Pattern.compile(
                    "([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /// Room for one more label of 63 characters below it: a name has at most 253.
    private static final int LONGEST_DOMAIN = 189;

    private Values() {}

    static int port(String text) {
        if (PORT.matcher(text).matches() && Integer.parseInt(text) <= HIGHEST_PORT) {
            return Integer.parseInt(text);
        }
        throw new Wrong("write a number from 1 to " + HIGHEST_PORT);
    }

    static <T> List<T> list(String text, Function<String, T> one) {
        List<T> all =
                Arrays.stream(text.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .map(one)
                        .toList();
        if (all.isEmpty()) {
            throw new Wrong("it is an empty list");
        }
        return all;
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new Wrong("'" + text + "' is no IP address");
        }
    }

    static String domain(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.length() > LONGEST_DOMAIN || !DOMAIN.matcher(lower).matches()) {
            throw new Wrong("write a host name, such as apps.example.com");
        }
        return lower;
    }

    static URI url(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean bare =
                    (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                            && uri.getRawQuery() == null
                            && uri.getRawFragment() == null
                            && uri.getRawUserInfo() == null;
            if (web && bare && uri.getHost() != null) {
                String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
                return URI.create(
                        uri.getScheme() + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port);
            }
        } catch (URISyntaxException | NullPointerException e) {
            throw notBare();
        }
        throw notBare();
    }

    private static Wrong notBare() {
        return new Wrong("write it as https://slipway.example.com, without path and user");
    }

    static String registry(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return domain(text);
        }
        return domain(text.substring(0, colon)) + ":" + port(text.substring(colon + 1));
    }

    static String engine(String text) {
        if (text.matches("none|unix:///[^\\s]+|tcp://[-a-zA-Z0-9.:\\[\\]]+")) {
            return text;
        }
        throw new Wrong("write it as unix:///var/run/docker.sock or tcp://host:2375, or none");
    }

    /// Such as `500Mi`.
    static long bytes(String text) {
        if (!text.matches("[1-9][0-9]{0,5}[MG]i")) {
            throw new Wrong("write a size such as 500Mi or 10Gi");
        }
        long number = Long.parseLong(text.substring(0, text.length() - 2));
        return number << (text.endsWith("Mi") ? 20 : 30);
    }

    /// Such as `30m` or `8h`.
    static Duration idle(String text) {
        if (text.matches("[1-9][0-9]{0,3}[mh]")) {
            long number = Long.parseLong(text.substring(0, text.length() - 1));
            Duration time =
                    text.endsWith("h") ? Duration.ofHours(number) : Duration.ofMinutes(number);
            if (time.toMinutes() >= 5 && time.toHours() <= 24) {
                return time;
            }
        }
        throw new Wrong("write a time from 5m to 24h");
    }

    /// Such as `90d` or `12h`.
    static Duration kept(String text) {
        return Amounts.duration(text)
                .filter(time -> time.toHours() >= 1 && time.toDays() <= 3650)
                .orElseThrow(() -> new Wrong("write a time from 1h to 3650d"));
    }

    static String network(String text) {
        int slash = text.indexOf('/');
        if (slash > 0 && text.substring(slash + 1).matches("[0-9]{1,3}")) {
            int longest = address(text.substring(0, slash)) instanceof Inet4Address ? 32 : 128;
            if (Integer.parseInt(text.substring(slash + 1)) <= longest) {
                return text;
            }
        }
        throw new Wrong("'" + text + "' is no network: write it as 10.0.0.0/8");
    }

    /// Of RFC 1918, with room for 16 networks of 256 addresses at least.
    static String privateRange(String text) {
        String range = network(text);
        InetAddress address = address(range.substring(0, range.indexOf('/')));
        int prefix = Integer.parseInt(range.substring(range.indexOf('/') + 1));
        if (address instanceof Inet4Address v4
                && v4.isSiteLocalAddress()
                && prefix >= 8
                && prefix <= 20) {
            return range;
        }
        throw new Wrong("write a private IPv4 range of /8 to /20, such as 10.202.0.0/16");
    }
}
