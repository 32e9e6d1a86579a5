CREATE TABLE IF NOT EXISTS stock (
    item_id     TEXT PRIMARY KEY,
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    unit_cents  INTEGER NOT NULL CHECK (unit_cents > 0)
) STRICT;

CREATE TABLE IF NOT EXISTS orders (
    system      TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    status      TEXT NOT NULL,
    PRIMARY KEY (system, order_id)
) STRICT;

CREATE TABLE IF NOT EXISTS payments (
    system      TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    payment_id  TEXT NOT NULL UNIQUE,
    cents       INTEGER NOT NULL CHECK (cents > 0),
    PRIMARY KEY (system, order_id)
) STRICT;

CREATE TABLE IF NOT EXISTS reservations (
    system      TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    item_id     TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (system, order_id, item_id)
) STRICT;

CREATE TABLE IF NOT EXISTS shipments (
    system           TEXT NOT NULL,
    order_id         TEXT NOT NULL,
    tracking_number  TEXT NOT NULL UNIQUE,
    PRIMARY KEY (system, order_id)
) STRICT;

-- The outbox: a mail is written here, and leaves from here.
CREATE TABLE IF NOT EXISTS mails (
    subject     TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    body        TEXT NOT NULL,
    PRIMARY KEY (subject, recipient)
) STRICT;

CREATE TABLE IF NOT EXISTS incidents (
    system      TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    error       TEXT NOT NULL,
    cause       TEXT NOT NULL,
    PRIMARY KEY (system, order_id, error, cause)
) STRICT;

CREATE TABLE IF NOT EXISTS transactions (
    transaction_id  TEXT PRIMARY KEY,
    type            TEXT NOT NULL,
    cents           INTEGER,
    status          TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS operations (
    operation   TEXT NOT NULL,
    event       TEXT NOT NULL,
    PRIMARY KEY (operation, event)
) STRICT;

INSERT INTO stock (item_id, quantity, unit_cents) VALUES
    ('item1',   1000, 4000),
    ('item2',   1000, 2050),
    ('SKU001',  1000, 2999),
    ('SKU002',  1000, 1250),
    -- Known, and sold out.
    ('item0',   0,    1000),
    ('SKU000',  0,    1000)
ON CONFLICT DO NOTHING;
