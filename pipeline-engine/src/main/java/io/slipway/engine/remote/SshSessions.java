package io.slipway.engine.remote;

import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.EnumSet;

/// Gives JGit one ssh connection of ours: one program is run over it, and what that says is
/// limited.
final class SshSessions extends SshSessionFactory {
    private static final Duration OPEN = Duration.ofSeconds(30);
    private static final int MOST_ERRORS = 64 << 10;

    private final Ssh ssh;
    private final Incoming incoming;

    /// What is laid around a stream that comes.
    @FunctionalInterface
    interface Incoming {
        InputStream limited(InputStream in);
    }

    SshSessions(Ssh ssh, Incoming incoming) {
        this.ssh = ssh;
        this.incoming = incoming;
    }

    @Override
    public RemoteSession getSession(URIish uri, CredentialsProvider asked, FS fs, int timeout) {
        return new RemoteSession() {
            @Override
            public Process exec(String command, int timeout) throws IOException {
                ChannelExec channel = ssh.session().createExecChannel(command);
                channel.open().verify(OPEN);
                return new Remotely(
                        channel,
                        incoming.limited(channel.getInvertedOut()),
                        new Shortened(channel.getInvertedErr()));
            }

            @Override
            public void disconnect() {
                ssh.close();
            }
        };
    }

    @Override
    public String getType() {
        return "slipway";
    }

    /// A program on the server.
    private static final class Remotely extends Process {
        private final ChannelExec channel;
        private final InputStream out;
        private final InputStream errors;

        Remotely(ChannelExec channel, InputStream out, InputStream errors) {
            this.channel = channel;
            this.out = out;
            this.errors = errors;
        }

        @Override
        public OutputStream getOutputStream() {
            return channel.getInvertedIn();
        }

        @Override
        public InputStream getInputStream() {
            return out;
        }

        @Override
        public InputStream getErrorStream() {
            return errors;
        }

        @Override
        public int waitFor() {
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), OPEN);
            return exitValue();
        }

        @Override
        public int exitValue() {
            channel.waitFor(
                    EnumSet.of(ClientChannelEvent.CLOSED, ClientChannelEvent.EXIT_STATUS),
                    Duration.ofSeconds(5));
            Integer status = channel.getExitStatus();
            return status == null ? -1 : status;
        }

        @Override
        public void destroy() {
            channel.close(true);
        }
    }

    /// What goes on beyond a limit is read and forgotten.
    private static final class Shortened extends FilterInputStream {
        private int kept;

        Shortened(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            while (true) {
                int n = super.read(bytes, offset, count);
                if (n < 0 || kept < MOST_ERRORS) {
                    kept += Math.max(0, n);
                    return n;
                }
            }
        }
    }
}
