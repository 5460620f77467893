package io.slipway.engine.grammar;

import io.slipway.engine.grammar.Shape.Scalar;

import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// The grammars of single values.
public final class Words {
    private static final String NAME = "[a-z]([-a-z0-9]{0,38}[a-z0-9])?";
    private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,254}";
    private static final String HOST =
            "(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String HEALTH_PATH = "/[!-~]{0,500}";
    private static final String MOUNT = "(/[A-Za-z0-9._@+-]{1,100}){1,20}";
    private static final String PART = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private static final Pattern IMAGE =
            Pattern.compile(
                    "(?:[a-zA-Z0-9][a-zA-Z0-9.-]*(?::[0-9]{1,5})?/)?"
                            + PART
                            + "(?:/"
                            + PART
                            + ")*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                            + "(?:@sha256:[0-9a-f]{64})?");
    private static final Pattern TAG_AND_DIGEST = Pattern.compile("(:[^/:@]*)?(@.*)?$");

    /// Of an image's name, with its registry: registries take no longer one.
    private static final int LONGEST_IMAGE = 255;

    private static final Pattern SYSTEM = Pattern.compile("/(proc|sys|dev)(/.*)?");

    private Words() {}

    /// Any text, taken literally; may be empty and may hold `${`.
    public static Scalar literal(String what, String example) {
        return new Scalar(
                what,
                example,
                Map.of("type", TEXT),
                Shape.Dollar.LITERAL,
                text -> Optional.empty());
    }

    /// Text that is not empty, taken literally.
    public static Scalar script(String what, String example) {
        return scalar(what, example, Map.of("type", "string", "minLength", 1), t -> !t.isBlank());
    }

    /// Text of some kind that is only checked for not being empty.
    public static Scalar text(String what, String example) {
        return plain(what, example, Map.of("type", TEXT), t -> !t.isBlank() && t.length() <= 1000);
    }

    /// A pattern over branches, tags or paths, see [Patterns].
    public static Scalar pattern(String what, String example) {
        Scalar text = text(what, example);
        return new Scalar(
                what,
                example,
                text.schema(),
                written -> {
                    boolean nothing = written.equals("!") || written.startsWith("!!");
                    boolean rooted = written.startsWith("/") || written.startsWith("!/");
                    if (nothing || rooted) {
                        String remedy =
                                rooted ? "remove the '/' in front" : "write '!' and a pattern";
                        return Optional.of(
                                new Mistake(Quoted.of(written) + " takes nothing", remedy));
                    }
                    return text.check().apply(written);
                });
    }

    /// A schedule, see [Cron].
    public static Scalar cron() {
        return new Scalar(
                "a schedule",
                "0 3 * * 1-5",
                Map.of("type", "string", "minLength", 1),
                text ->
                        text.isBlank()
                                ? Optional.of(not(text, "a schedule", "0 3 * * 1-5"))
                                : Cron.wrong(text));
    }

    /// The name of a time zone that has rules.
    public static Scalar zone() {
        return new Scalar(
                "a time zone",
                "Europe/Berlin",
                Map.of("type", "string", "minLength", 1),
                text -> {
                    Set<String> known = ZoneId.getAvailableZoneIds();
                    return known.contains(text)
                            ? Optional.empty()
                            : Optional.of(
                                    new Mistake(
                                            Quoted.of(text) + " is not the name of a time zone",
                                            Nearest.to(text, known)
                                                    .map(Words::meant)
                                                    .orElse("write a name such as Europe/Berlin")));
                });
    }

    /// Text with `${...}`.
    public static Scalar template(String what, String example) {
        return new Scalar(
                what,
                example,
                Map.of("type", "string", "minLength", 1),
                Shape.Dollar.TEMPLATE,
                text ->
                        text.isBlank() || text.length() > 1000
                                ? Optional.of(not(text, what, example))
                                : Template.check(text));
    }

    /// A reference of an image, with `${...}`.
    public static Scalar image(String example) {
        Scalar template = template("the name of an image", example);
        Scalar image =
                new Scalar(
                        template.what(),
                        example,
                        template.schema(),
                        Shape.Dollar.TEMPLATE,
                        text ->
                                text.isBlank() || text.contains("$") || isImage(text)
                                        ? template.check().apply(text)
                                        : Optional.of(not(text, template.what(), example)));
        return suggesting(image, Words::lower);
    }

    /// An image's name without a tag.
    public static Scalar repository() {
        return plain(
                "the name of an image without a tag",
                "ghcr.io/acme/cart",
                Map.of("type", "string", "minLength", 1),
                t -> isImage(t) && t.indexOf('@') < 0 && t.indexOf(':', t.lastIndexOf('/')) < 0);
    }

    /// A tag of an image, with `${...}`.
    public static Scalar tag() {
        Scalar template = template("a tag", "${commit}");
        return new Scalar(
                template.what(),
                template.example(),
                template.schema(),
                Shape.Dollar.TEMPLATE,
                text -> {
                    Optional<Mistake> wrong = template.check().apply(text);
                    String rest = text.replaceAll("\\$\\{[^}]*\\}", "x");
                    return wrong.isPresent() || isTag(rest)
                            ? wrong
                            : Optional.of(
                                    new Mistake(
                                            Quoted.of(text) + " is not a tag of an image",
                                            "use letters, digits, '_', '.' and '-'"));
                });
    }

    /// Whether a text can be the tag of an image.
    public static boolean isTag(String text) {
        return text.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    }

    /// Whether a text can be the reference of an image.
    public static boolean isImage(String text) {
        return text.length() <= 500
                && IMAGE.matcher(text).matches()
                && TAG_AND_DIGEST.matcher(text).replaceFirst("").length() <= LONGEST_IMAGE;
    }

    /// One of some words.
    public static Scalar choice(String what, String... words) {
        List<String> known = List.of(words);
        return new Scalar(
                what,
                known.getFirst(),
                Map.of("enum", known),
                text ->
                        known.contains(text)
                                ? Optional.empty()
                                : Optional.of(
                                        new Mistake(
                                                Quoted.of(text) + " is not known here",
                                                Nearest.to(text, known)
                                                        .map(near -> "did you mean '" + near + "'?")
                                                        .orElse(
                                                                "write one of: "
                                                                        + String.join(
                                                                                ", ", known)))));
    }

    public static Scalar truth() {
        return new Scalar(
                "true or false",
                "true",
                Map.of("type", "boolean"),
                text ->
                        Amounts.truth(text).isPresent()
                                ? Optional.empty()
                                : Optional.of(
                                        new Mistake(
                                                Quoted.of(text) + " is not true or false",
                                                switch (text.toLowerCase(Locale.ROOT)) {
                                                    case "yes", "on", "y", "1" -> "write true";
                                                    case "no", "off", "n", "0" -> "write false";
                                                    default -> "write one of the two";
                                                })));
    }

    public static Scalar whole(String what, long least, long most) {
        return plain(
                what + " from " + least + " to " + most,
                Long.toString(Math.clamp(512, least, most)),
                Map.of("type", "integer", "minimum", least, "maximum", most),
                t -> Amounts.whole(t).filter(n -> n >= least && n <= most).isPresent());
    }

    public static Scalar port() {
        Map<String, Object> number = Map.of("type", "integer", "minimum", 1, "maximum", 65535);
        return plain(
                "a port from 1 to 65535, or none",
                "8080",
                Map.of("anyOf", List.of(number, Map.of("const", "none"))),
                t ->
                        t.equals("none")
                                || Amounts.whole(t).filter(n -> n >= 1 && n <= 65535).isPresent());
    }

    /// A port that something else listens on.
    public static Scalar otherPort() {
        return plain(
                "a port from 1 to 65535",
                "5432",
                Map.of("type", "integer", "minimum", 1, "maximum", 65535),
                t -> Amounts.whole(t).filter(n -> n >= 1 && n <= 65535).isPresent());
    }

    public static Scalar duration(Duration least, Duration most) {
        Predicate<Duration> fits = d -> d.compareTo(least) >= 0 && d.compareTo(most) <= 0;
        Scalar duration =
                plain(
                        "a duration from " + Amounts.shown(least) + " to " + Amounts.shown(most),
                        fits.test(Duration.ofMinutes(20)) ? "20m" : "1s",
                        pattern(Amounts.DURATION),
                        t -> Amounts.duration(t).filter(fits).isPresent());
        return suggesting(
                duration,
                text -> {
                    String bare = text.replace(" ", "");
                    return bare.matches("[0-9]+")
                            ? bare + "m"
                            : bare.replaceAll("([smhd])(ec|in|r|ay)[a-z]*", "$1")
                                    .replaceAll("h(our)s?", "h");
                });
    }

    public static Scalar size() {
        return plain(
                "an amount of memory, at least 4Mi",
                "512Mi",
                Map.of("type", List.of("string", "integer"), "pattern", "^(" + Amounts.SIZE + ")$"),
                t -> Amounts.size(t).filter(bytes -> bytes >= 4L << 20).isPresent());
    }

    public static Scalar cpu() {
        return plain(
                "an amount of processors",
                "500m",
                Map.of("type", List.of("string", "number"), "pattern", "^(" + Amounts.CPU + ")$"),
                t -> Amounts.milliCpu(t).filter(milli -> milli > 0).isPresent());
    }

    /// A file or folder of the repository.
    public static Scalar path(String what, String example) {
        return plain(
                what + " inside the repository",
                example,
                Map.of("type", "string", "minLength", 1),
                t -> !t.isEmpty() && Amounts.path(t).isPresent());
    }

    /// Files of a job's workspace, by a pattern.
    public static Scalar files(String example) {
        return plain(
                "a pattern of files inside the workspace",
                example,
                Map.of("type", "string", "minLength", 1),
                t -> !t.isBlank() && !t.startsWith("!") && Amounts.path(t).isPresent());
    }

    /// What is kept of a workspace, or below the home folder.
    public static Scalar kept() {
        return plain(
                "a path inside the workspace, or below ~/",
                ".cache",
                Map.of("type", "string", "minLength", 1),
                t -> !t.isBlank() && Amounts.path(t.replaceFirst("^~/", "")).isPresent());
    }

    public static Scalar mount() {
        return plain(
                "an absolute path other than /, /proc, /sys and /dev",
                "/data",
                pattern(MOUNT),
                t ->
                        t.matches(MOUNT)
                                && !SYSTEM.matcher(t).matches()
                                && !t.matches(".*/\\.\\.?(/.*)?"));
    }

    public static Scalar healthPath() {
        return plain("a path that begins with '/'", "/healthz", pattern(HEALTH_PATH), HEALTH_PATH);
    }

    public static Scalar host() {
        return suggesting(
                plain("a host name in lower case", "cart.example.com", pattern(HOST), HOST),
                text -> lower(text).replaceAll("^[a-z]+://", "").replaceAll("[:/].*", ""));
    }

    /// Name of a job, an app or anything else that the user names.
    public static Scalar name(String example) {
        return suggesting(
                plain(
                        "a name of lower-case letters, digits and '-', at most 40",
                        example,
                        pattern(NAME),
                        NAME),
                text -> lower(text).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", ""));
    }

    /// Name of an environment variable of the user's own.
    public static Scalar variable() {
        Scalar name = secretName("the name of a variable", "LOG_LEVEL");
        return new Scalar(
                name.what(),
                name.example(),
                name.schema(),
                text ->
                        text.startsWith("SLIPWAY_")
                                ? Optional.of(
                                        new Mistake(
                                                Quoted.of(text) + " begins with SLIPWAY_",
                                                "choose another name: those are Slipway's own"))
                                : name.check().apply(text));
    }

    /// Name of a value of the project's configuration.
    public static Scalar secretName() {
        return secretName("the name of a secret", "DATABASE_URL");
    }

    private static Scalar secretName(String what, String example) {
        return suggesting(
                plain(what, example, pattern(VARIABLE), VARIABLE),
                text -> text.replaceAll("[^A-Za-z0-9_]+", "_"));
    }

    /// Adds what was probably meant, where that would be right.
    private static Scalar suggesting(Scalar shape, Function<String, String> guess) {
        return new Scalar(
                shape.what(),
                shape.example(),
                shape.schema(),
                shape.dollar(),
                text -> {
                    Optional<Mistake> wrong = shape.check().apply(text);
                    if (wrong.isEmpty() || text.length() > 100 || text.isBlank()) {
                        return wrong;
                    }
                    String better = guess.apply(text);
                    return shape.check().apply(better).isEmpty()
                            ? wrong.map(w -> new Mistake(w.message(), meant(better)))
                            : wrong;
                });
    }

    private static String meant(String better) {
        return "did you mean '" + better + "'?";
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static final List<String> TEXT = List.of("string", "number", "boolean", "null");

    private static Map<String, Object> pattern(String pattern) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "string");
        schema.put("pattern", "^(" + pattern + ")$");
        return schema;
    }

    private static Scalar plain(
            String what, String example, Map<String, Object> schema, String pattern) {
        return plain(what, example, schema, t -> t.length() <= 1000 && t.matches(pattern));
    }

    private static Scalar plain(
            String what, String example, Map<String, Object> schema, Function<String, Boolean> ok) {
        return new Scalar(
                what,
                example,
                schema,
                text -> {
                    if (ok.apply(text)) {
                        return text.contains("${") ? Optional.of(noVariables()) : Optional.empty();
                    }
                    return Optional.of(
                            text.contains("${") ? noVariables() : not(text, what, example));
                });
    }

    private static Scalar scalar(
            String what, String example, Map<String, Object> schema, Function<String, Boolean> ok) {
        return new Scalar(
                what,
                example,
                schema,
                Shape.Dollar.LITERAL,
                text -> ok.apply(text) ? Optional.empty() : Optional.of(not(text, what, example)));
    }

    private static Mistake noVariables() {
        return new Mistake("'${...}' is not possible here", "write the text itself");
    }

    private static Mistake not(String text, String what, String example) {
        return text.isBlank()
                ? new Mistake("a value is missing", "write " + what + ", such as " + example)
                : new Mistake(
                        Quoted.of(text) + " is not " + what, "write something like " + example);
    }
}
