package io.slipway.engine.yaml;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Reads YAML 1.2: one document, no tags, no key twice. What costs more than it says is refused
/// while it is read, so that no text of any kind costs much.
public final class YamlReader {
    /// The longest text, in bytes of UTF-8.
    public static final int LARGEST = 256 * 1024;

    /// How deep lists and keys may be nested, aliases resolved.
    public static final int DEEPEST = 40;

    /// How many aliases a text may have.
    public static final int MOST_ALIASES = 50;

    /// How many values a text may have, aliases counted as often as they are used.
    public static final int MOST_NODES = 20_000;

    private YamlReader() {}

    /// Reads the text that everything begins with.
    public static YamlText read(String text) {
        return read(text, "");
    }

    /// Reads a text. Never throws because of what the text holds.
    ///
    /// @param file what the text is called in its places
    public static YamlText read(String text, String file) {
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        int bytes = utf8Length(body);
        if (bytes > LARGEST) {
            YamlFlaw flaw =
                    new YamlFlaw(
                            Place.START,
                            "the file has " + bytes + " bytes; " + LARGEST + " are allowed",
                            "move scripts into files of their own");
            return new YamlText(null, List.of(flaw.in(file)));
        }
        List<YamlFlaw> flaws = new ArrayList<>();
        @Nullable Node root = null;
        try {
            root = document(body, file, flaws::add);
        } catch (TooMuch e) {
            flaws.add(e.flaw);
        } catch (YamlEngineException e) {
            flaws.add(SyntaxFlaw.of(e, body));
        }
        List<YamlFlaw> sorted =
                flaws.stream()
                        .map(flaw -> flaw.in(file))
                        .sorted(Comparator.comparing(YamlFlaw::at))
                        .toList();
        return new YamlText(root, sorted);
    }

    private static @Nullable Node document(String text, String file, Consumer<YamlFlaw> flaws) {
        TreeBuilder tree = new TreeBuilder(file, flaws);
        Iterator<Event> events = new Parse(settings(text)).parseString(text).iterator();
        int documents = 0;
        while (events.hasNext()) {
            Event event = events.next();
            if (event.getEventId() == Event.ID.DocumentStart && ++documents > 1) {
                throw new TooMuch(
                        new YamlFlaw(
                                tree.place(event.getStartMark()),
                                "a second document begins here; the file holds one",
                                "remove the line '---' and what follows, or join the two"));
            }
            tree.take(event);
        }
        return tree.root();
    }

    /// With a buffer that holds the whole text: a long token costs the library a copy per buffer.
    private static LoadSettings settings(String text) {
        return LoadSettings.builder()
                .setLabel("")
                .setCodePointLimit(LARGEST + 1)
                .setBufferSize(text.length() + 1)
                .build();
    }

    private static int utf8Length(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800 || Character.isSurrogate(c)) {
                bytes += 2;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    /// A limit was reached: nothing after it is read.
    static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient YamlFlaw flaw;

        TooMuch(YamlFlaw flaw) {
            super(flaw.message(), null, false, false);
            this.flaw = flaw;
        }
    }
}
