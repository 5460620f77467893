-- Who claims a delivery looks at the first one of each project, not at all that wait.
create index webhook_deliveries_waiting on webhook_deliveries (project_id, due_at, received_at) where state = 'received';
create index webhook_deliveries_held on webhook_deliveries (project_id) where state = 'received' and holder is not null;
drop index webhook_deliveries_due;
