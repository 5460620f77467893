package io.slipway.engine.asking;

/// Whether sources that are not the project's may begin. The claim asks it, and only the claim
/// decides; everything else that asks it shows why something waits.
public final class Trusting {
    /// Of the run `u` of the project `p`: its sources are the project's own; or somebody has agreed
    /// to this commit and this pipeline file; or the pipeline file is the target's and whose code
    /// it is needs nobody's word, now.
    public static final String MAY_BEGIN =
            """
            (u.source_trust = 'trusted'
                or (u.approved_commit = u.commit
                    and u.approved_definition is not distinct from u.definition_sha256)
                or (not u.own_definition and (
                    exists (
                        select 1 from trusted_authors t
                        where t.project_id = u.project_id and t.forge_id = u.author_id)
                    or (u.author_member and p.trusts_members))))
            """;

    /// What to do about it, of the run `u`, for people.
    public static final String HOW =
            """
            'somebody who may roll out: slipway approve ' || u.number
                || coalesce(', or /slipway approve ' || u.commit || ' on pull request '
                    || u.pull_request, '')
            """;

    private Trusting() {}
}
