-- What pages over many projects ask for: an app's newest rollouts, and what arrived lately.
create index rollouts_by_placement on rollouts (placement_id, number desc);
create index deliveries_by_project on deliveries (project_id, received_at desc);

-- A change that was sent with a key happens once.
create table idempotency_keys (
    principal_id  bigint not null references principals,
    key           text not null,
    request       text not null,                   -- method and path
    status        integer,                         -- null: not answered yet; 0: the answer is not kept
    body          bytea,
    at            timestamptz not null default now(),
    primary key (principal_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (at);
