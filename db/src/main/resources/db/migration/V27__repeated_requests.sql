-- Whether a repeated request is the same one: a word of the instance's key for its body, since a body may hold secrets. Null: from before.
alter table idempotency_keys add column body_word text;
