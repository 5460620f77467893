package io.slipway.engine.log;

/// Writes one attempt's log; one writer per attempt at a time, guarded by the claim's fence. Bytes
/// are buffered and become visible within 100 ms, or at [#flush].
public interface LogWriter {
    /// Appends bytes as the source gave them; lines are found here, and may be split anywhere.
    ///
    /// @param sourceEnd how many bytes of the container's own stream have been taken when these are
    ///   stored, marks included; a later claim resumes the stream there. Never falls.
    void append(byte[] bytes, int offset, int length, long sourceEnd);

    /// Appends one line of Slipway's own, with a line break; it takes no source bytes.
    void line(String text);

    /// Begins another part. Each part of a log that gets too long keeps its own beginning and end,
    /// so that a step that prints much takes nothing from the others.
    void part();

    /// Bytes of the source's stream that are stored durably: where a resumed stream begins.
    long sourceEnd();

    /// Number of the line that the next byte belongs to, from 1.
    long nextLine();

    /// Stores what is buffered before it returns.
    void flush();
}
