/// The switch, a process of its own: owns the public port, serves apps from its last routes, and
/// hands its sockets to its successor.
@NullMarked
package io.slipway.web.traffic;

import org.jspecify.annotations.NullMarked;
