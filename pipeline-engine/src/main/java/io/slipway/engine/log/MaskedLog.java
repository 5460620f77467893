package io.slipway.engine.log;

/// A log in which some values can't be seen, whoever writes it and however it is split. What may be
/// the beginning of one is held back, also over a flush, until more comes, a line of Slipway's own,
/// or [#end]. Safe for use by many threads.
public final class MaskedLog implements LogWriter {
    private final LogWriter log;
    private final Masks masks;
    private final MaskedStream stream;

    /// @param log where the masked bytes go
    public MaskedLog(LogWriter log, Masks masks) {
        this.log = log;
        this.masks = masks;
        this.stream = new MaskedStream(masks, log::append);
    }

    @Override
    public synchronized void append(byte[] bytes, int offset, int length, long sourceEnd) {
        stream.take(bytes, offset, length, sourceEnd);
    }

    @Override
    public synchronized void line(String text) {
        stream.end();
        log.line(masks.mask(text));
    }

    @Override
    public synchronized void part() {
        stream.end();
        log.part();
    }

    @Override
    public long sourceEnd() {
        return log.sourceEnd();
    }

    @Override
    public long nextLine() {
        return log.nextLine();
    }

    @Override
    public void flush() {
        log.flush();
    }

    /// The source has ended: what is held back was no beginning.
    public synchronized void end() {
        stream.end();
    }
}
