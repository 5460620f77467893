/// What stands beside a job's steps and what they leave: services, caches, artifacts, reports.
@NullMarked
package io.slipway.engine.workspace;

import org.jspecify.annotations.NullMarked;
