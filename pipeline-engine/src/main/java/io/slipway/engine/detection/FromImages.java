package io.slipway.engine.detection;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Which images generated Dockerfiles begin with. By default the well-known public ones; behind a
/// company's registry their prefix, or single ones, are a setting.
///
/// @param prefix before every name, such as `registry.example.com/mirror`; empty for none
/// @param own name of a public image to what is used in its place, with or without a tag
public record FromImages(String prefix, Map<String, String> own) {
    /// The public ones.
    public static final FromImages PUBLIC = new FromImages("", Map.of());

    /// Names that may be given another image.
    public static final Set<String> NAMES =
            Set.of("busybox", "eclipse-temurin", "golang", "gradle", "maven", "node", "python");

    static final int NEWEST_JAVA = 25;

    /// Versions of Java for which images are kept up.
    private static final List<Integer> JAVA = List.of(8, 11, 17, 21, NEWEST_JAVA);

    private static final Pattern PREFIX =
            Pattern.compile(
                    "[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*");
    private static final Pattern IMAGE =
            Pattern.compile(
                    PREFIX.pattern()
                            + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?");

    /// Reads `registry.example.com/mirror`, `node=registry.example.com/node`, or several of these
    /// with commas between them.
    ///
    /// @throws IllegalArgumentException whose message says what to write
    public static FromImages parse(String text) {
        String prefix = "";
        Map<String, String> own = new LinkedHashMap<>();
        for (String part : text.split(",")) {
            String item = part.strip();
            int equals = item.indexOf('=');
            if (item.isEmpty()) {
                continue;
            }
            if (equals < 0) {
                String bare = item.replaceAll("/+$", "");
                check(PREFIX, bare, "'" + item + "' is no registry: write registry.example.com");
                prefix = bare;
            } else {
                String name = item.substring(0, equals).strip();
                String image = item.substring(equals + 1).strip();
                if (!NAMES.contains(name)) {
                    String known = String.join(", ", new TreeSet<>(NAMES));
                    throw new IllegalArgumentException("'" + name + "' is none of " + known);
                }
                check(IMAGE, image, "'" + image + "' is no image: write " + name + "=host/name");
                own.put(name, image);
            }
        }
        return new FromImages(prefix, Map.copyOf(own));
    }

    /// The first version of Java with images that is new enough.
    static int java(int wanted) {
        return JAVA.stream().filter(line -> line >= wanted).findFirst().orElse(wanted);
    }

    /// What stands after `FROM`.
    ///
    /// @param tag that the project asks for; empty for none; a tag in the setting wins
    String from(String name, String tag) {
        @Nullable String chosen = own.get(name);
        String image = chosen != null ? chosen : prefix.isEmpty() ? name : prefix + "/" + name;
        boolean tagged = image.indexOf(':', image.lastIndexOf('/') + 1) > 0 || image.contains("@");
        return tagged || tag.isEmpty() ? image : image + ":" + tag;
    }

    private static void check(Pattern pattern, String text, String message) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException(message);
        }
    }
}
