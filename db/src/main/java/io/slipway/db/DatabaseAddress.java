package io.slipway.db;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/// Where a PostgreSQL is and who asks it.
///
/// @param url a JDBC URL, `jdbc:postgresql://host:port/name`, without user and password
public record DatabaseAddress(String url, String user, String password) {

    /// Reads `postgresql://user:password@host:port/name?options`, with or without `jdbc:` before
    /// it.
    public static DatabaseAddress parse(String text) {
        String plain = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        try {
            URI uri = new URI(plain);
            String scheme = String.valueOf(uri.getScheme());
            if (!(scheme.equals("postgresql") || scheme.equals("postgres"))
                    || uri.getHost() == null
                    || uri.getPath() == null
                    || uri.getPath().length() < 2) {
                throw malformed();
            }
            String[] who = (uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo()).split(":", 2);
            String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            String options = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            return new DatabaseAddress(
                    "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + options,
                    decoded(who[0]),
                    who.length > 1 ? decoded(who[1]) : "");
        } catch (URISyntaxException e) {
            throw malformed();
        }
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// The text may hold a password, so that it is not repeated here.
    private static Fault malformed() {
        return new Fault(
                Kind.CONFIGURATION,
                "cannot read the database's address: it is not a PostgreSQL URL",
                "write it as postgresql://user:password@host:5432/name");
    }

    /// The address without its options, as it may be shown to people.
    public String shown() {
        String plain = url.substring("jdbc:".length());
        int options = plain.indexOf('?');
        return options < 0 ? plain : plain.substring(0, options);
    }

    @Override
    public String toString() {
        return shown();
    }
}
