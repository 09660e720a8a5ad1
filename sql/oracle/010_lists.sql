-- The shipped rules a third time, in plain SQL, written from the clinical catalogue and not from
-- the program: sql/oracle/*.sql in the order of their numbers, then compare.sql. They read the
-- tables of schema source (sql/sources/own_layout.sql) and end in oracle.outcome.
--   psql -v as_of='2025-12-31 23:59' -f sql/oracle/010_lists.sql ...
--
-- What rules are written with (their files hold the definitions):
--   oracle.t() oracle.t_day()  the as-of time, its day; oracle.days_ago(n): the day n before it
--   oracle.patient             patient_id sex birth age alive adult site weight_kg height_cm
--                              weight_day (sex, age, alive, adult: null = unknown)
--   oracle.lab                 a usable result: patient_id analyte at date_only family, lo hi
--                              lo_open hi_open (interval in mmol/L or mg/dL of its family),
--                              canonical haemolysed specimen seq
--   oracle.mark                a result set aside: patient_id analyte at date_only reason
--   oracle.exposure            patient_id class kind start_at stop_at effect_until join_until
--                              open drug, dose_lo dose_hi (mmol a day; hi infinite = unknown);
--                              class MGIV48 = MGIV in effect for 48 hours after its stop
--   oracle.condition           patient_id concept recorded_on
--   oracle.kidney              patient_id kf egfr (spans) method at (no row: unknown)
-- A rule inserts into oracle.answer (rule_id patient_id among excepted trigger severity) whoever
-- may be in its population; the view oracle.outcome (rule_id patient_id outcome severity) makes
-- the outcome of it, age and being alive included; not applicable: no row. See 110_rules_a.sql.
-- Functions (030, 040; SQL null = unknown, so that and, or, not are Kleene's as they stand):
--   below(lab, molar, mass) above(...) under(span, line) over(span, line)
--   latest(pid, analyte, since, until, worse) measured(...) none(...) any_below(...)
--   has(pid, concept) urea as one: latest_urea(pid, since)
--   active(pid, classes, at) active_within(...) eras(...) days_on(...) continuous(...) started(...)
--   dose(pid, classes, at) kf(pid) egfr(pid) kf_stale(pid)
--
-- This file: codes, units and limits. Only what the synthetic cohorts use is listed.
set client_min_messages = warning;
drop schema if exists oracle cascade;
create schema oracle;

select format('create function oracle.t() returns timestamp immutable parallel safe '
              'return timestamp %L', :'as_of') \gexec
create function oracle.t_day() returns date immutable parallel safe return oracle.t()::date;
create function oracle.days_ago(days int) returns timestamp immutable parallel safe
    return (oracle.t_day() - days)::timestamp;

-- Laboratory codes (clinical spec c3). code_book: counts for being observable (spec c4).
create table oracle.analyte_code (code text primary key, analyte text not null);
insert into oracle.analyte_code values
    ('19123-9', 'magnesium'), ('2601-3', 'magnesium'), ('21377-7', 'magnesium'),
    ('2593-2', 'magnesium'),
    ('2160-0', 'creatinine'), ('14682-9', 'creatinine'), ('38483-4', 'creatinine'),
    ('59826-8', 'creatinine'), ('62238-1', 'egfr_reported'), ('33914-3', 'egfr_reported'),
    ('98979-8', 'egfr_reported'), ('2823-3', 'potassium'), ('6298-4', 'potassium'),
    ('2951-2', 'sodium'), ('2947-0', 'sodium'), ('17861-6', 'calcium'), ('2000-8', 'calcium'),
    ('29265-6', 'calcium_adjusted'), ('1994-3', 'calcium_ionised'), ('1995-0', 'calcium_ionised'),
    ('1751-7', 'albumin'), ('3094-0', 'urea_nitrogen'), ('3091-6', 'urea'), ('22664-7', 'urea'),
    ('14937-7', 'urea_nitrogen'), ('2777-1', 'phosphate'), ('14879-1', 'phosphate'),
    ('1963-8', 'bicarbonate'), ('2028-9', 'bicarbonate'), ('6301-6', 'inr'), ('34714-6', 'inr'),
    ('2345-7', 'glucose'), ('14749-6', 'glucose'), ('1989-3', 'vitamin_d'),
    ('14635-7', 'vitamin_d'),
    ('2731-8', 'pth'), ('14866-8', 'pth'), ('2157-6', 'ck'), ('10535-3', 'digoxin_level'),
    ('14698-5', 'digoxin_level'), ('29463-7', 'weight'), ('8302-2', 'height');

-- Units of an analyte after trimming and lower case: family, factor to the unit in which limits of
-- the family are printed (mEq/L: divided by the valence), factor to the canonical unit (spec c1).
create table oracle.unit (
    analyte text, unit text, family text not null, to_family numeric not null,
        to_canonical numeric not null,
    primary key (analyte, unit)
);
insert into oracle.unit values
    ('magnesium', 'mmol/l', 'molar', 1, 1), ('magnesium', 'mg/dl', 'mass', 1, 0.411438),
    ('magnesium', 'meq/l', 'molar', 0.5, 0.5), ('magnesium', 'mg/l', 'mass', 0.1, 0.0411438),
    ('calcium', 'mmol/l', 'molar', 1, 1), ('calcium', 'mg/dl', 'mass', 1, 0.2495134),
    ('calcium', 'meq/l', 'molar', 0.5, 0.5),
    ('calcium_adjusted', 'mmol/l', 'molar', 1, 1), ('calcium_adjusted', 'mg/dl', 'mass', 1,
    0.2495134),
    ('calcium_ionised', 'mmol/l', 'molar', 1, 1), ('calcium_ionised', 'mg/dl', 'mass', 1,
    0.2495134),
    ('calcium_ionised', 'meq/l', 'molar', 0.5, 0.5),
    ('potassium', 'mmol/l', 'molar', 1, 1), ('potassium', 'meq/l', 'molar', 1, 1),
    ('sodium', 'mmol/l', 'molar', 1, 1), ('sodium', 'meq/l', 'molar', 1, 1),
    ('creatinine', 'umol/l', 'molar', 1, 1), ('creatinine', 'mg/dl', 'mass', 1, 88.4),
    ('egfr_reported', 'ml/min/1.73m2', 'rate', 1, 1),
    ('urea', 'mmol/l', 'molar', 1, 1), ('urea', 'mg/dl', 'mass', 1, 0.1665113),
    ('urea_nitrogen', 'mmol/l', 'molar', 1, 1), ('urea_nitrogen', 'mg/dl', 'mass', 1, 0.3569644),
    ('phosphate', 'mmol/l', 'molar', 1, 1), ('phosphate', 'mg/dl', 'mass', 1, 0.3228514),
    ('bicarbonate', 'mmol/l', 'molar', 1, 1), ('bicarbonate', 'meq/l', 'molar', 1, 1),
    ('albumin', 'g/l', 'mass', 1, 1), ('albumin', 'g/dl', 'mass', 10, 10),
    ('inr', '', 'ratio', 1, 1), ('inr', '1', 'ratio', 1, 1), ('inr', 'ratio', 'ratio', 1, 1),
    ('inr', 'inr', 'ratio', 1, 1),
    ('glucose', 'mmol/l', 'molar', 1, 1), ('glucose', 'mg/dl', 'mass', 1, 0.05550745),
    ('vitamin_d', 'nmol/l', 'molar', 1, 1), ('vitamin_d', 'ng/ml', 'mass', 1, 2.495944),
    ('pth', 'pmol/l', 'molar', 1, 1), ('pth', 'pg/ml', 'mass', 1, 0.1061008),
    ('ck', 'u/l', 'activity', 1, 1), ('ck', 'iu/l', 'activity', 1, 1),
    ('digoxin_level', 'nmol/l', 'molar', 1, 1), ('digoxin_level', 'ng/ml', 'mass', 1, 1.280508),
    ('weight', 'kg', 'weight', 1, 1), ('height', 'cm', 'length', 1, 1);

-- Hard limits in canonical units (spec c5): beyond them a row is set aside.
create table oracle.plausible (analyte text primary key, low numeric not null,
    high numeric not null);
insert into oracle.plausible values
    ('magnesium', 0.10, 10), ('creatinine', 9, 3000), ('egfr_reported', 1, 250),
    ('potassium', 1, 12),
    ('sodium', 90, 200), ('calcium', 0.5, 6), ('calcium_adjusted', 0.5, 6),
    ('calcium_ionised', 0.2, 3.5),
    ('albumin', 5, 80), ('urea', 0.2, 120), ('urea_nitrogen', 0.2, 120), ('phosphate', 0.05, 10),
    ('bicarbonate', 1, 70), ('inr', 0.5, 20), ('glucose', 0.1, 120), ('vitamin_d', 1, 1000),
    ('pth', 0.05, 800), ('ck', 1, 500000), ('digoxin_level', 0.05, 30), ('weight', 20, 400),
    ('height', 90, 250);

-- Drug classes (spec d): beginnings of ATC codes, and what names say. magnesium: of several
-- purposes of one product the code decides.
create table oracle.class_code (prefix text, class text, primary key (prefix, class));
insert into oracle.class_code values
    ('A12CC', 'MGSUPP'), ('A02AA', 'MGANTACID'), ('A02AD02', 'MGANTACID'), ('A02AD04', 'MGANTACID'),
    ('A06AD01', 'MGLAX'), ('A06AD02', 'MGLAX'), ('A06AD03', 'MGLAX'), ('A06AD04', 'MGLAX'),
    ('A06AB58', 'MGPREP'), ('B05XA05', 'MGIV'), ('V03AE04', 'MGOTHER'), ('C03CA', 'LOOP'),
    ('M05BA03', 'BONEIV'), ('M05BA08', 'BONEIV'), ('M05BX04', 'BONEIV'),
    ('C03A', 'THIAZ'), ('C03BA', 'THIAZ'), ('A02BC', 'PPI'), ('J01GB', 'AMINOG'), ('L04AD', 'CNI'),
    ('L01XA', 'PLATIN'), ('L01FE', 'EGFRMAB'), ('V03AE09', 'KBIND'), ('R03DA04', 'THEOPH'),
    ('C01AA05', 'DIGOX'), ('J01MA', 'FQ'), ('J01AA', 'TETRA'), ('B01AA', 'VKA'), ('A12BA', 'KSUPP'),
    ('A12AA', 'CA'), ('A12AX', 'CA'), ('A12AX', 'VITD'), ('A11CC', 'VITD'), ('C09AA', 'ACEI'),
    ('C09CA', 'ARB'), ('C03DA', 'KSPARE'), ('L04AD', 'KUP'), ('B01AB', 'KUP'), ('J01EA01', 'KUP'),
    ('J01EE01', 'KUP'), ('C10AA', 'STATIN'), ('R03AC', 'BETA2'), ('R03AK', 'BETA2'),
    ('M09AA', 'QUININE'), ('A10A', 'INSULIN'), ('A07DA', 'ANTIDIARR'), ('H02A', 'STEROID'),
    ('C01BD01', 'QT'), ('N05AD01', 'QT'), ('N06AB04', 'QT'), ('N06AB10', 'QT'), ('J01MA02', 'QT'),
    ('J01MA12', 'QT'), ('J01MA14', 'QT'), ('J01FA', 'QT'), ('J02AC01', 'QT'), ('M09AA', 'QT'),
    ('N07BC02', 'QT'), ('A04AA01', 'QT'), ('A03FA03', 'QT'), ('C07AA07', 'QT');

create table oracle.class_name (pattern text, class text, primary key (pattern, class));
insert into oracle.class_name values
    ('magnesium glycerophosphate', 'MGSUPP'), ('magnesium oxide', 'MGSUPP'),
    ('magnesium ?? as discussed', 'MGSUPP'), -- the element by itself (spec d2, text rule a)
    ('magnesium sulfate', 'MGSUPP'), ('magnesium hydroxide', 'MGANTACID'),
    ('co-magaldrox', 'MGANTACID'),
    ('picosulfate with magnesium', 'MGPREP'), ('omeprazole', 'PPI'), ('furosemide', 'LOOP'),
    ('bendroflumethiazide', 'THIAZ'), ('hydrochlorothiazide', 'THIAZ'), ('tacrolimus', 'CNI'),
    ('tacrolimus', 'KUP'), ('digoxin', 'DIGOX'), ('ciprofloxacin', 'FQ'), ('ciprofloxacin', 'QT'),
    ('doxycycline', 'TETRA'), ('warfarin', 'VKA'), ('potassium chloride', 'KSUPP'),
    ('calcium carbonate', 'CA'), ('colecalciferol', 'VITD'), ('ramipril', 'ACEI'),
    ('losartan', 'ARB'),
    ('spironolactone', 'KSPARE'), ('citalopram', 'QT'), ('amiodarone', 'QT'), ('haloperidol', 'QT'),
    ('salbutamol', 'BETA2'), ('zoledronic acid', 'BONEIV'), ('prednisolone', 'STEROID');

-- Routes that a class admits (spec d, exposure rule 1): of those that the cohorts hold.
create table oracle.route (route text primary key, way text not null);
insert into oracle.route values
    ('oral', 'mouth'), ('by mouth', 'mouth'), ('po', 'mouth'), ('intravenous', 'vein'),
    ('iv', 'vein'),
    ('inhalation', 'lung'), ('inhaled', 'lung'), ('topical', 'skin');
create table oracle.mouth_only (class text primary key);
insert into oracle.mouth_only values ('MGSUPP'), ('MGANTACID'), ('MGLAX'), ('MGPREP'), ('MGOTHER'),
    ('KBIND'), ('FQ'), ('TETRA'), ('ANTIDIARR');
create table oracle.vein_only (class text primary key);
insert into oracle.vein_only values ('MGIV'), ('AMINOG');

-- Conditions (spec c4 and c7): beginnings of ICD-10 codes without the point.
create table oracle.condition_code (prefix text, concept text, primary key (prefix, concept));
insert into oracle.condition_code values
    ('Z49', 'dialysis'), ('Z992', 'dialysis'), ('Y841', 'dialysis'), ('T824', 'dialysis'),
    ('E10', 'diabetes'), ('E11', 'diabetes'), ('E12', 'diabetes'), ('E13', 'diabetes'),
    ('E14', 'diabetes'),
    ('N18', 'ckd'), ('K90', 'malabsorption'), ('K912', 'malabsorption'), ('K50', 'malabsorption'),
    ('K51', 'malabsorption'), ('Z932', 'malabsorption'), ('R252', 'cramp'), ('M791', 'myalgia'),
    ('K920', 'gi_bleed'), ('K921', 'gi_bleed'), ('K922', 'gi_bleed'), ('Z931', 'ng_feeding'),
    ('Z465', 'ng_feeding');

-- Groups of the catalogue. MGIV48: MGIV, in effect for 48 hours after its stop.
create function oracle.mgsys() returns text[] immutable parallel safe
    return array['MGSUPP', 'MGANTACID', 'MGLAX', 'MGOTHER', 'MGIV48'];
create function oracle.depl() returns text[] immutable parallel safe
    return array['LOOP', 'THIAZ', 'PPI', 'AMINOG', 'CNI', 'AMPHO', 'PLATIN', 'EGFRMAB', 'FOSC',
        'PENTAM',
                 'MTOR', 'KBIND', 'THEOPH'];
