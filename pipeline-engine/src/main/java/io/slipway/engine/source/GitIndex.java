package io.slipway.engine.source;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// Git's index, version 2 (git's `Documentation/gitformat-index`), for files that have just been
/// written: with their sizes and times, so that `git status` need not read them.
final class GitIndex {
    private static final int LONGEST_NAME = 0xfff;

    private GitIndex() {}

    /// @param files in git's order
    /// @param seconds the time of change of each of them
    static byte[] of(List<TreeFiles.File> files, long seconds) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBytes("DIRC");
        out.writeInt(2);
        out.writeInt(files.size());
        for (TreeFiles.File file : files) {
            entry(out, file, seconds);
        }
        out.write(sha1(bytes.toByteArray()));
        return bytes.toByteArray();
    }

    private static void entry(DataOutputStream out, TreeFiles.File file, long seconds)
            throws IOException {
        byte[] path = file.rawPath();
        out.writeLong(0); // time of creation: not compared (core.trustctime)
        out.writeInt((int) seconds);
        out.writeInt(0);
        out.writeLong(0); // device and inode: not compared (core.checkStat)
        out.writeInt(file.mode().getBits());
        out.writeLong(0); // owner and group: not compared
        out.writeInt((int) file.size());
        byte[] id = new byte[20];
        file.id().copyRawTo(id, 0);
        out.write(id);
        out.writeShort(Math.min(path.length, LONGEST_NAME));
        out.write(path);
        out.write(new byte[8 - (62 + path.length) % 8]);
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
