-- Answers to a connection under an Idempotency-Key held the secret of a hook that has to be entered by hand.
update idempotency_keys set status = 0, body = null
where body is not null and request like 'POST /api/v1/connections%' and request not like '%/connections/%';
