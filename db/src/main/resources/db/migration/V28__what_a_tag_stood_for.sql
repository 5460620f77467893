-- What a ready image's tag stood for when somebody was asked to agree to its rollout, by digest; null: nobody was, or it is not known yet.
alter table jobs add column pinned_image text;
-- Why it is not known yet; null: nothing is in the way.
alter table approvals add column no_digest text;
