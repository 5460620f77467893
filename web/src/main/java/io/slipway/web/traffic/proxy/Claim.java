package io.slipway.web.traffic.proxy;

/// One request's hold on a backend: a drain of the backend waits for it.
final class Claim {
    private final Routes routes;
    private final Backend backend;
    private boolean released;

    Claim(Routes routes, Backend backend) {
        this.routes = routes;
        this.backend = backend;
    }

    Backend backend() {
        return backend;
    }

    /// Lets go; a second time does nothing.
    void release() {
        routes.release(this);
    }

    /// Under the lock of [Routes].
    boolean end() {
        boolean first = !released;
        released = true;
        return first;
    }
}
