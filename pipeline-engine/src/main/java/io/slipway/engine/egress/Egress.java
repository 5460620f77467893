package io.slipway.engine.egress;

import io.slipway.fault.Fault;
import io.slipway.fault.Fault.Kind;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The one client for everything that is sent outside. A URL is parsed once; its host is looked up
/// once; every address is checked, and one of those that were checked is connected to. Redirects
/// are followed one by one, each checked like the first; a credential goes to its own origin only.
/// Safe for use by many threads; a request blocks its own.
public final class Egress implements AutoCloseable {
    private static final int CONNECT_SECONDS = 10;
    private static final Lookup<TlsSocketStrategy> TLS =
            RegistryBuilder.<TlsSocketStrategy>create()
                    .register("https", DefaultClientTlsStrategy.createDefault())
                    .build();

    private final EgressRules rules;
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().daemon().name("egress-clock").unstarted(task));

    public Egress(EgressRules rules) {
        this.rules = rules;
    }

    /// What may be reached.
    public EgressRules rules() {
        return rules;
    }

    /// Sends and takes the whole answer.
    ///
    /// @throws Fault CONFIGURATION when it must not be reached, UNAVAILABLE when nothing came
    public Answer send(Call call) {
        try (Opened opened = open(call)) {
            return new Answer(opened.url(), opened.status(), opened.headers(), opened.all());
        } catch (IOException e) {
            throw broken(call.url(), e);
        }
    }

    /// Sends and gives the answer while it comes.
    ///
    /// @throws Fault as [#send]
    public Opened open(Call call) {
        long end = System.nanoTime() + call.limits().time().toNanos();
        Call next = call;
        for (int hops = 0; ; hops++) {
            Opened opened = once(next, end);
            String location = opened.headers().getOrDefault("location", List.of("")).getFirst();
            if (!moved(opened.status()) || location.isEmpty()) {
                return opened;
            }
            opened.close();
            next = call.to(redirected(next, location, hops));
        }
    }

    private static boolean moved(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private EgressUrl redirected(Call call, String location, int hops) {
        boolean reads = call.method().equals("GET") || call.method().equals("HEAD");
        if (!reads || hops >= call.limits().redirects()) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot use the answer of "
                            + call.url().origin()
                            + ": it sends elsewhere"
                            + (reads ? " again and again" : " what was to be changed there"),
                    "use the address that it sends to");
        }
        EgressUrl next = call.url().to(location);
        if (call.url().scheme().equals("https") && !next.scheme().equals("https")) {
            throw new Fault(
                    Kind.CONFIGURATION,
                    "cannot follow "
                            + call.url().origin()
                            + ": it sends to "
                            + next.origin()
                            + ", which is not encrypted",
                    "use the address that it sends to");
        }
        return next;
    }

    private Opened once(Call call, long end) {
        EgressUrl url = call.url();
        if (url.scheme().equals("ssh")) {
            throw new Fault(
                    Kind.CONFIGURATION, "cannot send to " + url + ": it is no web address", "");
        }
        List<InetAddress> addresses = rules.addresses(url);
        long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
        CloseableHttpClient client = client(addresses, left);
        HttpUriRequestBase request = request(call);
        Future<?> watch =
                clock.schedule(
                        () -> {
                            request.abort();
                            client.close(CloseMode.IMMEDIATE);
                        },
                        left,
                        TimeUnit.MILLISECONDS);
        Runnable release =
                () -> {
                    watch.cancel(false);
                    client.close(CloseMode.IMMEDIATE);
                };
        try {
            return opened(call, client.executeOpen(null, request, null), release);
        } catch (IOException e) {
            release.run();
            throw broken(url, e);
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
    }

    private static Opened opened(Call call, ClassicHttpResponse response, Runnable release)
            throws IOException {
        Map<String, List<String>> headers = new HashMap<>();
        for (Header header : response.getHeaders()) {
            headers.computeIfAbsent(
                            header.getName().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(header.getValue());
        }
        String encoding = headers.getOrDefault("content-encoding", List.of("identity")).getFirst();
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new IOException("the answer is compressed, which was not asked for");
        }
        HttpEntity entity = response.getEntity();
        InputStream body = entity == null ? InputStream.nullInputStream() : entity.getContent();
        return new Opened(
                call.url(),
                response.getCode(),
                headers,
                new Capped(body, call.limits().bytes()),
                release);
    }

    private static HttpUriRequestBase request(Call call) {
        HttpUriRequestBase request =
                new HttpUriRequestBase(call.method(), URI.create(call.url().toString()));
        call.headers().forEach(request::setHeader);
        request.setHeader("User-Agent", "Slipway");
        Credential credential = call.credential();
        if (credential != null && credential.isFor(call.url())) {
            request.setHeader(credential.header(), credential.value().reveal());
        }
        byte[] body = call.body();
        if (body != null) {
            String type = call.headers().getOrDefault("Content-Type", "application/octet-stream");
            request.removeHeaders("Content-Type");
            request.setEntity(new ByteArrayEntity(body, ContentType.parse(type)));
        }
        return request;
    }

    /// One client for one request, which knows no address but those that were checked.
    private static CloseableHttpClient client(List<InetAddress> checked, long left) {
        BasicHttpClientConnectionManager connections =
                BasicHttpClientConnectionManager.create(null, new Pinned(checked), TLS, null);
        connections.setConnectionConfig(
                ConnectionConfig.custom()
                        .setConnectTimeout(
                                Timeout.ofMilliseconds(Math.min(left, CONNECT_SECONDS * 1000L)))
                        .setSocketTimeout(Timeout.ofMilliseconds(left))
                        .build());
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(
                        RequestConfig.custom()
                                .setResponseTimeout(Timeout.ofMilliseconds(left))
                                .setExpectContinueEnabled(false)
                                .setProtocolUpgradeEnabled(false)
                                .build())
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }

    /// Every name is at the addresses that were checked.
    private record Pinned(List<InetAddress> checked) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) {
            return checked.toArray(InetAddress[]::new);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    private static Fault broken(EgressUrl url, IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Fault(
                Kind.UNAVAILABLE,
                "cannot get an answer of " + url.origin() + ": " + why,
                "check whether it is up and reachable from this machine",
                e);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
