-- Where each view of the facts stands, and who may move it (DESIGN §4 leases, §5).

create table :schema.projection_view (
    name text collate "C" primary key,
    version int not null,
    position bigint not null,
    definition text not null
);

create table :schema.lease (
    name text collate "C" primary key,
    holder text not null,
    until timestamptz not null
);

grant select, insert, update, delete on :schema.projection_view, :schema.lease to :service;

-- Take or keep a lease for some seconds; false while somebody else holds it.
create function :schema.lease_take(wanted text, by_holder text, seconds double precision)
returns boolean language sql set search_path = pg_catalog, pg_temp as $$
    with taken as (
        insert into :schema.lease as l (name, holder, until)
        values (wanted, by_holder, clock_timestamp() + make_interval(secs => seconds))
        on conflict (name) do update
            set holder = excluded.holder, until = excluded.until
          where l.holder = excluded.holder or l.until < clock_timestamp()
        returning 1)
    select exists (select from taken)
$$;
