-- Who people are at a provider of identities: by its own, unchanging id of them and nothing else.
create table identities (
    issuer        text not null,
    subject       text not null,
    principal_id  bigint not null references principals on delete cascade,
    created_at    timestamptz not null default now(),
    primary key (issuer, subject)
);
create index identities_by_principal on identities (principal_id);

-- Sign-ins that wait for the provider's answer, for ten minutes. Each is used up by its answer.
create table sign_ins (
    state_sha256   bytea primary key check (length(state_sha256) = 32),
    browser_sha256 bytea not null check (length(browser_sha256) = 32), -- of the cookie of the browser that began it
    nonce          text not null,
    verifier       text not null,                  -- of PKCE
    next           text not null,                  -- a page of ours
    began_at       timestamptz not null default now()
);
create index sign_ins_old on sign_ins (began_at);
