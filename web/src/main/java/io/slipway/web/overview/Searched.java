package io.slipway.web.overview;

import io.slipway.web.api.ApiRequest;
import io.slipway.web.failure.ErrorLines;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// What is looked for in a log: a text, an expression, or what looks like an error.
final class Searched {
    /// How many characters an expression may look at: ten times what a log of 50 MB asks for.
    private static final long MOST_READ = 500_000_000;

    private Searched() {}

    static Predicate<String> errors() {
        return ErrorLines::isOne;
    }

    static Predicate<String> text(String text, boolean sameCase) {
        if (sameCase) {
            return line -> line.contains(text);
        }
        Pattern pattern =
                Pattern.compile(
                        text, Pattern.LITERAL | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        return line -> pattern.matcher(line).find();
    }

    /// An expression of the reader's. One that takes too long is given up.
    static Predicate<String> expression(String expression, boolean sameCase) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(expression, sameCase ? 0 : Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException e) {
            throw ApiRequest.bad("q", "is no regular expression: " + e.getDescription());
        }
        AtomicLong left = new AtomicLong(MOST_READ);
        return line -> find(pattern.matcher(new Counted(line, left)));
    }

    private static boolean find(Matcher matcher) {
        try {
            return matcher.find();
        } catch (StackOverflowError e) {
            throw tooLong();
        }
    }

    private static RuntimeException tooLong() {
        return ApiRequest.bad("q", "is an expression that takes too long");
    }

    /// A text of which only so much may be read, over and over.
    private record Counted(CharSequence text, AtomicLong left) implements CharSequence {
        @Override
        public char charAt(int index) {
            left.setPlain(left.getPlain() - 1);
            if (left.getPlain() < 0) {
                throw tooLong();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
