-- Runs once, when PostgreSQL starts on an empty volume. The tables are the user-gateway's own business
-- (services/user-gateway/schema.sql); here is what only an administrator may do.
ALTER DATABASE gocoffee SET timezone TO 'UTC';
ALTER DATABASE gocoffee SET statement_timeout TO '5s';
ALTER DATABASE gocoffee SET idle_in_transaction_session_timeout TO '30s';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
