package io.slipway.runners.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.slipway.engine.plan.Resources;
import io.slipway.engine.run.AttemptName;
import io.slipway.runners.buildkit.BuilderScripts;
import io.slipway.runners.docker.image.BuilderContainer.Identity;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.json.JsonMapper;

import java.util.Map;

final class BuilderContainerTest {
    private static final Resources LIMITS = new Resources(1500, 512L << 20, 256);

    @Test
    void aProjectsBuilderIsAskedForLikeThis() {
        Map<String, Object> body =
                BuilderContainer.create(
                        Identity.of("1a2b3c4d", 7), "moby/buildkit:rootless", "net", LIMITS, 600);
        assertThat(json(body))
                .isEqualTo(
                        """
                        {"Image":"moby/buildkit:rootless","Hostname":"builder",\
                        "Entrypoint":%s,"Cmd":[],\
                        "Env":["BUILDKIT_STEP_LOG_MAX_SIZE=16777216",\
                        "BUILDKIT_STEP_LOG_MAX_SPEED=-1"],\
                        "Labels":{"slipway.instance":"1a2b3c4d","slipway.kind":"builder",\
                        "slipway.project-id":"7"},\
                        "HostConfig":{"NetworkMode":"net","Init":true,\
                        "SecurityOpt":["seccomp=unconfined","apparmor=unconfined"],\
                        "MaskedPaths":[],"ReadonlyPaths":[],\
                        "Memory":536870912,"MemorySwap":536870912,"NanoCpus":1500000000,\
                        "PidsLimit":256,"CpuShares":102,"OomScoreAdj":500,\
                        "Tmpfs":{"/run/slipway":"rw,nosuid,nodev,noexec,size=16m,mode=1777"},\
                        "Mounts":[{"Type":"volume","Source":"slipway-1a2b3c4d-builder-7",\
                        "Target":"/home/user/.local/share/buildkit",\
                        "VolumeOptions":{"Labels":{"slipway.instance":"1a2b3c4d",\
                        "slipway.kind":"builder","slipway.project-id":"7"}}}],\
                        "LogConfig":{"Type":"local","Config":%s}}}\
                        """
                                .formatted(
                                        json(BuilderScripts.start(600)),
                                        json(
                                                ((Map<?, ?>)
                                                                ((Map<?, ?>) body.get("HostConfig"))
                                                                        .get("LogConfig"))
                                                        .get("Config"))));
    }

    @Test
    void foreignSourcesGetAVolumeThatGoesWithTheContainer() {
        Identity alone = Identity.alone(new AttemptName("1a2b3c4d", 4711, 2));
        assertThat(alone.name()).isEqualTo("slipway-1a2b3c4d-4711-2.builder");
        assertThat(alone.labels())
                .containsEntry("slipway.job", "4711")
                .containsEntry("slipway.attempt", "2")
                .doesNotContainKey("slipway.project-id");
        String body = json(BuilderContainer.create(alone, "i", "net", LIMITS, 600));
        assertThat(body).doesNotContain("\"Source\"");
    }

    private static String json(Object value) {
        return JsonMapper.shared().writeValueAsString(value);
    }
}
