package io.slipway.engine.remote;

import io.slipway.engine.egress.Call;
import io.slipway.engine.egress.Credential;
import io.slipway.engine.egress.Egress;
import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.egress.Limits;
import io.slipway.engine.egress.Opened;

import org.eclipse.jgit.transport.http.HttpConnection;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/// A request of JGit's that goes out through the one client. No redirect is followed, and the
/// credential is none that JGit sees.
final class EgressConnection implements HttpConnection {
    private static final int MOST_SENT = 16 << 20;

    private final Egress egress;
    private final URL url;
    private final @Nullable Credential credential;
    private final Limits limits;
    private final List<Runnable> endings;
    private final Map<String, String> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private String method = "GET";
    private @Nullable Opened answer;
    private InputStream said = InputStream.nullInputStream();

    /// @param endings to which is added what gives the connection up
    EgressConnection(
            Egress egress,
            URL url,
            @Nullable Credential credential,
            Limits limits,
            List<Runnable> endings) {
        this.egress = egress;
        this.url = url;
        this.credential = credential;
        this.limits = limits;
        this.endings = endings;
    }

    private Opened answer() {
        Opened known = answer;
        if (known != null) {
            return known;
        }
        Map<String, String> headers = new HashMap<>(properties);
        headers.keySet().removeIf(name -> dropped(name.toLowerCase(Locale.ROOT)));
        byte[] body = method.equals("POST") ? sent.toByteArray() : null;
        EgressUrl to = EgressUrl.parse(url.toString());
        Opened opened =
                egress.open(new Call(method, to, Map.copyOf(headers), body, credential, limits));
        endings.add(opened::close);
        answer = opened;
        said = new Chatter(opened.body(), Fetches.MOST_SAID);
        return opened;
    }

    /// Nothing is to come compressed, and who asks is not JGit's business.
    private static boolean dropped(String header) {
        return header.equals("accept-encoding")
                || header.equals("authorization")
                || header.equals("cookie")
                || header.equals("content-length")
                || header.equals("user-agent");
    }

    @Override
    public int getResponseCode() {
        return answer().status();
    }

    @Override
    public URL getURL() {
        return url;
    }

    @Override
    public String getResponseMessage() {
        return "status " + answer().status();
    }

    @Override
    public Map<String, List<String>> getHeaderFields() {
        return answer().headers();
    }

    @Override
    public void setRequestProperty(String key, String value) {
        properties.put(key, value);
    }

    @Override
    public void setRequestMethod(String method) {
        this.method = method;
    }

    @Override
    public void setUseCaches(boolean usecaches) {}

    @Override
    public void setConnectTimeout(int timeout) {}

    @Override
    public void setReadTimeout(int timeout) {}

    @Override
    @SuppressWarnings("NullAway") // null: there is none
    public @Nullable String getContentType() {
        return getHeaderField("content-type");
    }

    @Override
    public InputStream getInputStream() {
        answer();
        return said;
    }

    @Override
    @SuppressWarnings("NullAway") // null: there is none
    public @Nullable String getHeaderField(String name) {
        List<String> values = getHeaderFields(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    @Override
    public List<String> getHeaderFields(String name) {
        return answer().headers().getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    @Override
    public int getContentLength() {
        return -1;
    }

    @Override
    public void setInstanceFollowRedirects(boolean followRedirects) {}

    @Override
    public void setDoOutput(boolean dooutput) {}

    @Override
    public void setFixedLengthStreamingMode(int contentLength) {}

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (sent.size() + length > MOST_SENT) {
                    throw new IOException("too much is to be asked for");
                }
                sent.write(bytes, offset, length);
            }
        };
    }

    @Override
    public void setChunkedStreamingMode(int chunklen) {}

    @Override
    public String getRequestMethod() {
        return method;
    }

    @Override
    public boolean usingProxy() {
        return false;
    }

    @Override
    public void connect() {}

    @Override
    public void configure(KeyManager[] km, TrustManager[] tm, java.security.SecureRandom random) {}

    @Override
    public void setHostnameVerifier(HostnameVerifier hostnameverifier) {}
}
