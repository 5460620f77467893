package io.slipway.engine.grammar;

/// Text from outside as it is shown in a message: short, and without anything that could move a
/// terminal's cursor or turn the reading direction.
public final class Quoted {
    private static final int LONGEST = 40;

    private Quoted() {}

    /// In single quotes.
    public static String of(String text) {
        return "'" + plain(text) + "'";
    }

    /// Without quotes, as part of a path.
    public static String plain(String text) {
        StringBuilder shown = new StringBuilder();
        int seen = 0;
        for (int i = 0; i < text.length(); seen++) {
            if (seen == LONGEST) {
                return shown.append("...").toString();
            }
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            shown.appendCodePoint(visible(c) ? c : '?');
        }
        return shown.toString();
    }

    private static boolean visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
