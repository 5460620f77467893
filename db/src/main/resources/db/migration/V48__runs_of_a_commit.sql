-- Which of a commit's runs speaks of it.
create index runs_of_commit on runs (project_id, commit);
