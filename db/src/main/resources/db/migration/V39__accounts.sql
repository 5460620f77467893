-- People who sign in here with a password. Who was invited and has not yet chosen one has none.
create table accounts (
    principal_id  bigint primary key references principals on delete cascade,
    password      text,                            -- $argon2id$..., with its parameters and salt
    password_at   timestamptz,
    invite_sha256 bytea unique check (length(invite_sha256) = 32), -- of the link by which a password is chosen, once
    invite_until  timestamptz,
    created_at    timestamptz not null default now(),
    created_by    bigint references principals
);

-- A browser's session of somebody who signed in as a person and not with a token: no other token is behind it.
alter table tokens add column account_session boolean not null default false;
