-- Person, sid and browser of a session for lists, sealed with a server key. With it, 'person' and 'sid' hold keyed hashes
-- and 'user_agent' nothing. Rows of earlier releases, where it is NULL, hold clear text until a replica has sealed them.
ALTER TABLE sessions ADD COLUMN listed BYTEA;
ALTER TABLE sessions ALTER COLUMN listed SET STORAGE EXTERNAL;
