package io.slipway.engine.grammar;

/// One pattern over names with `/` between their parts: `*` is any text within a part, `?` one
/// character of it, `**` any text over several, `**/` also nothing. Everything else stands for
/// itself. A comparison costs at most the product of both lengths, whatever the pattern.
final class Glob {
    private static final int STAR = -1;
    private static final int ONE = -2;
    private static final int ANY = -3;

    /// The begin of `**/`: it may stand for nothing.
    private static final int FOLDERS = -4;

    /// Within what `**/` stands for; ends behind a `/`.
    private static final int WITHIN = -5;

    private final int[] tokens;

    Glob(String pattern) {
        this.tokens = tokens(pattern);
    }

    private static int[] tokens(String pattern) {
        int[] tokens = new int[pattern.length() * 2];
        int size = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (pattern.startsWith("**", i)) {
                boolean begin = i == 0 || pattern.charAt(i - 1) == '/';
                if (begin && pattern.startsWith("**/", i)) {
                    tokens[size++] = FOLDERS;
                    tokens[size++] = WITHIN;
                    i += 2;
                } else {
                    tokens[size++] = ANY;
                    i += 1;
                }
            } else {
                tokens[size++] = c == '*' ? STAR : c == '?' ? ONE : c;
            }
        }
        return java.util.Arrays.copyOf(tokens, size);
    }

    boolean matches(String name) {
        boolean[] at = new boolean[tokens.length + 1];
        reach(at, 0);
        for (int i = 0; i < name.length(); i++) {
            at = step(at, name.charAt(i));
        }
        return at[tokens.length];
    }

    private boolean[] step(boolean[] at, char c) {
        boolean[] next = new boolean[at.length];
        for (int i = 0; i < tokens.length; i++) {
            if (at[i]) {
                step(i, c, next);
            }
        }
        return next;
    }

    private void step(int i, char c, boolean[] next) {
        switch (tokens[i]) {
            case STAR -> {
                if (c != '/') {
                    reach(next, i);
                }
            }
            case ONE -> {
                if (c != '/') {
                    reach(next, i + 1);
                }
            }
            case ANY -> reach(next, i);
            case FOLDERS -> next[i + 1] = true;
            case WITHIN -> {
                next[i] = true;
                if (c == '/') {
                    reach(next, i + 1);
                }
            }
            default -> {
                if (tokens[i] == c) {
                    reach(next, i + 1);
                }
            }
        }
    }

    /// A place of the pattern, and those that need no character to be reached from it.
    private void reach(boolean[] at, int place) {
        int i = place;
        while (!at[i]) {
            at[i] = true;
            if (i == tokens.length) {
                return;
            }
            if (tokens[i] == STAR || tokens[i] == ANY) {
                i += 1;
            } else if (tokens[i] == FOLDERS) {
                i += 2;
            }
        }
    }
}
