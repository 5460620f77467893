-- A browser's session is a token that was made with another one and is worth nothing without it.
-- Sessions of before don't say which: they end.
alter table tokens add column session_of bigint references tokens on delete cascade;
create index tokens_by_origin on tokens (session_of) where session_of is not null;
update tokens set revoked_at = now() where label = 'browser' and revoked_at is null;
