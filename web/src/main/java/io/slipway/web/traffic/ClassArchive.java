package io.slipway.web.traffic;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The classes of a program in the form that the JVM maps into memory, made once from a process of
/// it that runs: the next one starts in half of the processor time or less. Nothing depends on it:
/// a JVM that finds none, or one of other jars, reads its classes from the jars.
public final class ClassArchive {
    private static final Logger log = LoggerFactory.getLogger(ClassArchive.class);

    private final Path file;

    private ClassArchive(Path file) {
        this.file = file;
    }

    /// The one of this process's class path.
    ///
    /// @param folder where archives are kept, made when missing
    /// @param program whose it is, one word
    public static ClassArchive of(Path folder, String program) {
        return new ClassArchive(folder.resolve(program + "-" + ProgramVersion.own() + ".jsa"));
    }

    /// What a JVM is started with to use it; empty while there is none.
    public List<String> flags() {
        return Files.exists(file)
                ? List.of(
                        "-Xshare:auto",
                        "-Xlog:disable",
                        "-Xlog:all=error,cds=off,aot=off:stderr",
                        "-XX:SharedArchiveFile=" + file)
                : List.of();
    }

    /// Makes it, unless it is there or somebody else is at it. Takes some seconds; a failure is
    /// logged and changes nothing.
    ///
    /// @param process that runs the program and has done what a start does
    /// @param folder in which the process works
    public void makeFrom(long process, Path folder) throws InterruptedException {
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.createDirectories(file.getParent());
            try (FileChannel channel =
                            FileChannel.open(
                                    file.resolveSibling(file.getFileName() + ".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = channel.tryLock()) {
                if (lock != null && !Files.exists(file)) {
                    make(process, folder);
                }
            }
        } catch (OverlappingFileLockException e) {
            log.debug("another thread makes {}", file);
        } catch (IOException e) {
            log.info("starts stay slower, for lack of {}: {}", file, e.getMessage());
        }
    }

    private void make(long process, Path folder) throws IOException, InterruptedException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(part);
        Process dump =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(process),
                                "VM.cds",
                                "static_dump",
                                part.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            dump.waitFor();
        } finally {
            dump.destroy();
        }
        if (Files.exists(part)) {
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        removeOutput(folder);
    }

    /// The JVM leaves what making it printed where the process works.
    private static void removeOutput(Path folder) throws IOException {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(folder, "java_pid*_std{out,err}")) {
            for (Path output : left) {
                Files.deleteIfExists(output);
            }
        }
    }
}
