-- A browser's session ends as well when it was not used for so long. Null: it does not, such as all other tokens and sessions of before.
alter table tokens add column idle interval check (idle > interval '0');
alter table tokens add column used_at timestamptz;
alter table tokens add check ((idle is null) = (used_at is null));
