-- What a run built is told for ever; its bytes are kept as long as somebody may want them.
alter table images add column removed_at timestamptz;
alter table images add column wanted_at timestamptz not null default clock_timestamp(); -- when it was built, or asked for again
alter table images add column dropped_at timestamptz;   -- the engine's own copy is gone; the registry brings it back
create index images_in_engine on images (id) where dropped_at is null;
create index images_kept on images (project_id, app, id desc) where removed_at is null;
create index images_kept_by_digest on images (repository, digest) where removed_at is null;

-- Releases by their image: whether one may still be rolled back to.
create index releases_by_image on releases (image_id) where image_id is not null;
create index repository_blobs_by_digest on repository_blobs (digest);
