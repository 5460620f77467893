package io.slipway.engine.egress;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A URL to which something is sent: the one parser for what is checked and for what is connected
/// to. It knows `http`, `https` and `ssh`, and refuses whatever two parsers could read differently.
///
/// @param scheme `http`, `https` or `ssh`
/// @param user only for ssh; empty when none was given
/// @param host in lower case: a name, an IPv4 address in four decimal numbers, or an IPv6 address
///   without brackets
/// @param port the one given, or the scheme's own
/// @param target path and query, beginning with `/`
public record EgressUrl(String scheme, String user, String host, int port, String target) {
    private static final int LONGEST = 2048;
    private static final Map<String, Integer> PORTS = Map.of("http", 80, "https", 443, "ssh", 22);
    private static final Pattern SHAPE =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)");
    private static final Pattern AUTHORITY =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+)(?::([1-9][0-9]{0,4}))?");
    private static final Pattern NAME =
            Pattern.compile(
                    "(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
    private static final Pattern NUMERIC_END = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");
    private static final Pattern QUAD =
            Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");
    private static final Pattern HIDDEN = Pattern.compile("(?i)%(?:[01][0-9a-f]|7f|5c|2e)");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");

    /// As git has it for ssh: `git@host:team/shop.git`.
    private static final Pattern SCP =
            Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._-]*@(?:\\[[0-9A-Fa-f:.]+\\]|[^:/@]+)):(.+)");

    /// Reads a whole URL. What git writes as `git@host:team/shop.git` is
    /// `ssh://git@host/~/team/shop.git`: a path from the user's home on.
    ///
    /// @throws Fault CONFIGURATION with what is wrong with it
    public static EgressUrl parse(String text) {
        if (text.length() > LONGEST) {
            throw refused(text, "it is longer than " + LONGEST + " characters");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || "\\\"<>^`{|}".indexOf(c) >= 0) {
                throw refused(text, "it has a character that no URL has");
            }
        }
        Matcher scp = SCP.matcher(text);
        if (!text.contains("://") && scp.matches()) {
            String path = scp.group(2);
            return parse("ssh://" + scp.group(1) + (path.startsWith("/") ? "" : "/~/") + path);
        }
        Matcher parts = SHAPE.matcher(text);
        if (!parts.matches()) {
            throw refused(text, "it is not of the form scheme://host/path");
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        Integer port = PORTS.get(scheme);
        if (port == null) {
            throw refused(text, scheme + " is not spoken here, only https and ssh");
        }
        String rest = parts.group(3);
        if (HIDDEN.matcher(rest).find()) {
            throw refused(text, "its path hides a control character, a dot or a backslash");
        }
        return of(text, scheme, parts.group(2), port, rest);
    }

    private static EgressUrl of(
            String text, String scheme, String authority, int standard, String rest) {
        String user = "";
        String place = authority;
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            user = authority.substring(0, at);
            place = authority.substring(at + 1);
            if (!scheme.equals("ssh") || !USER.matcher(user).matches()) {
                throw refused(without(text), "it has a user or a password in it");
            }
        }
        Matcher parts = AUTHORITY.matcher(place);
        if (!parts.matches()) {
            throw refused(text, "its host or its port is malformed");
        }
        String given = parts.group(2);
        int port = given == null ? standard : Integer.parseInt(given);
        if (port > 65_535) {
            throw refused(text, "there is no port " + port);
        }
        String target = rest.startsWith("/") ? rest : "/" + rest;
        if (scheme.equals("ssh")) {
            refuseOptions(text, target);
        }
        String host = host(text, parts.group(1).toLowerCase(Locale.ROOT));
        return new EgressUrl(scheme, user, host, port, target);
    }

    /// The path goes to a program on the server.
    private static void refuseOptions(String text, String path) {
        if (path.startsWith("/-") || path.startsWith("/~/-")) {
            throw refused(text, "its path begins with a hyphen");
        }
        if (path.contains("?") || path.contains("%") || path.contains("'") || path.contains("!")) {
            throw refused(text, "its path has a character that ssh servers read differently");
        }
    }

    private static String host(String text, String host) {
        if (host.startsWith("[")) {
            try {
                return InetAddress.ofLiteral(host.substring(1, host.length() - 1)).getHostAddress();
            } catch (IllegalArgumentException e) {
                throw refused(text, "its host is no IPv6 address");
            }
        }
        if (NUMERIC_END.matcher(host).matches()) {
            if (!QUAD.matcher(host).matches()) {
                throw refused(
                        text, "its host is an address in an odd form: write four decimal numbers");
            }
            try {
                return InetAddress.ofLiteral(host).getHostAddress();
            } catch (IllegalArgumentException e) {
                throw refused(text, "its host is no IPv4 address");
            }
        }
        if (host.length() > 253 || !NAME.matcher(host).matches()) {
            throw refused(text, "its host is no host name");
        }
        return host;
    }

    /// What a redirect's `Location` means here: a whole URL, or a path of the same host.
    ///
    /// @throws Fault CONFIGURATION
    public EgressUrl to(String location) {
        if (location.startsWith("//")) {
            return parse(scheme + ":" + location);
        }
        if (location.startsWith("/")) {
            return parse(origin() + location);
        }
        if (location.contains("://") || location.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
            return parse(location);
        }
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return parse(origin() + path.substring(0, path.lastIndexOf('/') + 1) + location);
    }

    /// The same host with another path.
    ///
    /// @param path beginning with `/`; what it is made of is encoded already
    public EgressUrl at(String path) {
        return parse(origin() + path);
    }

    /// The path for a program on an ssh server: what begins with `/~/` counts from the user's home.
    public String path() {
        return target.startsWith("/~/") ? target.substring(3) : target;
    }

    /// The address that the host is; null when it is a name.
    @Nullable InetAddress literal() {
        return host.contains(":") || QUAD.matcher(host).matches()
                ? InetAddress.ofLiteral(host)
                : null;
    }

    /// Scheme, host and port, the port only when it is not the scheme's own.
    public String origin() {
        String shown = host.contains(":") ? "[" + host + "]" : host;
        Integer standard = PORTS.get(scheme);
        return scheme + "://" + shown + (standard != null && standard == port ? "" : ":" + port);
    }

    @Override
    public String toString() {
        if (user.isEmpty()) {
            return origin() + target;
        }
        return scheme + "://" + user + "@" + origin().substring(scheme.length() + 3) + target;
    }

    /// What stands before an `@` may be a password: it is not repeated.
    private static String without(String text) {
        return text.replaceFirst("://.*@", "://...@");
    }

    private static Fault refused(String text, String why) {
        String shown = without(text.replaceAll("[^ -~]", "?"));
        return new Fault(
                Kind.CONFIGURATION,
                "cannot take '"
                        + shown.substring(0, Math.min(80, shown.length()))
                        + "' as a URL: "
                        + why,
                "write it as https://host/path");
    }
}
