package io.slipway.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.egress.EgressUrl;
import io.slipway.engine.inbox.Hooks;
import io.slipway.engine.secret.SealingKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/// Which forges can send to what Slipway calls itself.
class ForgeHooksTest {
    private static final List<InetAddress> ELSEWHERE = List.of(InetAddress.ofLiteral("8.8.4.4"));

    @TempDir Path temp;

    private String told(String self, List<InetAddress> forge) throws IOException {
        Hooks hooks = new Hooks(SealingKey.at(temp.resolve("key")));
        return new ForgeHooks(hooks, self)
                .unreachable(EgressUrl.parse("https://git.example.com"), forge);
    }

    @Test
    void whatThisMachineCallsItselfIsReachedFromItAlone() throws IOException {
        for (String self :
                List.of(
                        "http://localhost:8080",
                        "http://slipway.localhost:8080",
                        "http://127.0.0.1:8080",
                        "http://[::1]:8080")) {
            assertThat(told(self, ELSEWHERE)).isEqualTo("git.example.com cannot reach " + self);
            assertThat(told(self, List.of(InetAddress.ofLiteral("127.0.0.1")))).isEmpty();
        }
    }

    /// Whether it answers there is not for Slipway to say.
    @Test
    void anyOtherNameMayBeReached() throws IOException {
        for (String self :
                List.of(
                        "https://slipway.example.com",
                        "https://127.example.com",
                        "http://10.1.2.3:8080")) {
            assertThat(told(self, ELSEWHERE)).isEmpty();
        }
    }
}
