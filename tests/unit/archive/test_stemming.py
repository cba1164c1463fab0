"""Word lists: the forms of a word have one stem, and different words have different ones."""

import re
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.spelling import fold
from archive.stemming import stem_first, stem_second

AZERBAIJANI = """
müraciət müraciəti müraciətin müraciətə müraciətdə müraciətdən müraciətlər müraciətlərin müraciətlərə müraciətinə
    müraciətində müraciətimə MÜRACİƏTLƏRİN
şikayət şikayətin şikayətlərinə şikayətdən şikayətimə
ərizə ərizəsi ərizəni ərizənin ərizəyə ərizələr ərizələrdə ərizəm
sənəd sənədə sənədi sənədin sənədlər sənədlərdə sənəddən sənədində sənədlərinin
kənd kəndə kəndin kəndlər kənddə kəndindən
qanun qanunu qanunun qanunda qanunlar qanunlarına qanununda
orqan orqana orqanın orqanlar orqanlarının orqanında
vətəndaş vətəndaşı vətəndaşın vətəndaşlar vətəndaşlara vətəndaşının
nazirlik nazirliyi nazirliyin nazirlikdə nazirliyinə nazirliklər
torpaq torpağı torpağın torpaqda torpaqlar torpağından
ödəniş ödənişi ödənişin ödənişə ödənişlər ödənişində
iş işi işin işdə işlər işlərinə işindən
il ili ilin ildə illər ilində
ev evi evin evdə evlər evimizdə
su suyu sudan sular
ay ayın ayda aylar ayından
bina binası binanın binada binalar binasında
idarə idarəsi idarənin idarəyə idarələr idarəsinin
bələdiyyə bələdiyyəsi bələdiyyənin bələdiyyəyə
xidmət xidmətlər xidmətinə xidmətlərin xidmətdir
plan planı planın planda planlar planına
ünvan ünvanı ünvanda ünvanına
insan insanı insana insanlar insanların
küçə küçəsi küçənin küçədə küçəsində
şəhər şəhəri şəhərin şəhərdə şəhərində şəhərlər
yoxlama yoxlamanın yoxlamaya yoxlamalar yoxlaması
hüquq hüququ hüququn hüquqlar hüququndan
seçki seçkilər seçkinin seçkidə seçkisi seçkilərdə
"""

KAZAKH = """
өтініш өтініші өтініштің өтінішке өтініштер өтініштерді өтінішімді өтінішінде ӨТІНІШТЕРІН
шағым шағымы шағымның шағымға шағымдар шағымдарды шағымын
құжат құжаты құжаттың құжатқа құжаттар құжаттарды құжатында құжаттарымен құжатын
мұрағат мұрағаты мұрағатқа мұрағаттың мұрағатта мұрағатында
қаулы қаулысы қаулының қаулыға қаулылар қаулысымен
бұйрық бұйрығы бұйрықтың бұйрыққа бұйрықтар бұйрығымен бұйрығын
министрлік министрлігі министрліктің министрлігіне
әкімдік әкімдігі әкімдіктің әкімдікке әкімдігінің әкімдіктер
аудан ауданы ауданның ауданда аудандар ауданындағы аудандағы
орган органы органның органға органдар органдарымен
қызмет қызметі қызметтің қызметке қызметтер қызметіне
азамат азаматы азаматтың азаматқа азаматтар азаматтардың
мектеп мектебі мектептің мектепте мектептер мектебінде
кітап кітабы кітаптың кітаптар
жұмыс жұмысы жұмыстың жұмыста жұмыстар жұмысында
ұсыныс ұсынысы ұсыныстар ұсынысын
бала балалар балалардың балаларға баласы баланың
қала қаласы қаланың қалада қалалар қаласында қаладағы
іс ісі істің іске істер ісінде
жыл жылы жылдың жылға жылдар жылында жылғы
су суы судың суға сулар
білім білімі білімнің білімге
тізілім тізілімі тізілімге тізілімінде
келісім келісімі келісімнің келісімдер
хаттама хаттамасы хаттаманың хаттамалар
"""

RUSSIAN = """
документ документы документов документами документе
обращение обращения обращений обращению обращением
жалоба жалобы жалобу жалоб жалобами
приёмная приемной приёмную
гражданин гражданина гражданину
решение решения решений решением
"""


def inflections(name: str) -> list[list[str]]:
    """The lists beside this test: each line the forms of one word, the stem first."""
    text = (Path(__file__).parent / f"inflections/{name}.txt").read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


def word_lists(text: str) -> list[list[str]]:
    joined = re.sub(r"\n +", " ", text.strip())
    return [line.split() for line in joined.splitlines()]


@pytest.mark.parametrize("forms", word_lists(AZERBAIJANI) + word_lists(KAZAKH), ids=lambda forms: forms[0])
def test_the_forms_of_a_word_have_one_stem(forms: list[str]) -> None:
    assert len({stem_first(fold(form)) for form in forms}) == 1, {form: stem_first(fold(form)) for form in forms}


@pytest.mark.parametrize("forms", inflections("az") + inflections("kk"), ids=lambda forms: forms[0])
def test_plural_possession_case_predicate_and_verb_endings_are_taken_off(forms: list[str]) -> None:
    stems = {form: stem_first(fold(form)) for form in forms}
    assert {form: stem for form, stem in stems.items() if stem != stems[forms[0]]} == {}


@pytest.mark.parametrize("name", ["az", "kk"])
def test_no_two_words_of_the_lists_have_one_stem_and_there_are_hundreds_of_forms(name: str) -> None:
    lists = inflections(name)
    assert len({stem_first(fold(forms[0])) for forms in lists}) == len(lists)
    assert len({form for forms in lists for form in forms}) > 450


@pytest.mark.parametrize("name", ["az", "kk"])
def test_who_types_without_diacritics_or_in_capitals_has_the_same_stem(name: str) -> None:
    for forms in inflections(name):
        for form in forms:
            assert stem_first(fold(form.upper().replace("I", "İ") if name == "az" else form.upper())) == stem_first(
                fold(form)
            )


@pytest.mark.parametrize("name", ["az", "kk"])
def test_short_words_and_words_that_merely_end_like_a_form_stay_whole(name: str) -> None:
    traps = {
        "az": "su ad at ay il ev iş gün baş yaş dil adam alman düşmən gəlin alın balıq günəş işıq qalın açar dəmir yer"
        " vətən ölkə din qapı bazar qatar gələcək sahə seçki nazir lalə",
        "kk": "су ай ат аж іс үй ән бас жас тіл қала бала дала жаза қалып қазан орман адам аудан жылдам қадам орын"
        " айдын алдын ер жер өмір дос",
    }[name].split()
    assert {word: stem for word in traps if (stem := stem_first(fold(word))) != fold(word)} == {}


@pytest.mark.parametrize("forms", word_lists(RUSSIAN), ids=lambda forms: forms[0])
def test_the_forms_of_a_russian_word_have_one_stem_in_the_second_stream(forms: list[str]) -> None:
    assert len({stem_second(fold(form)) for form in forms}) == 1


@pytest.mark.parametrize("text", [AZERBAIJANI, KAZAKH])
def test_different_words_have_different_stems(text: str) -> None:
    for one, other in combinations(word_lists(text), 2):
        assert stem_first(fold(one[0])) != stem_first(fold(other[0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sənəd", "sənə"),
        ("qanun", "qan"),
        ("alış", "al"),
        ("vətən", "vətəndaş"),
        ("nazir", "nazirlik"),
        ("seçki", "seçici"),
        ("әкім", "әкімдік"),
        ("қызмет", "қызметкер"),
        ("сан", "сала"),
    ],
)
def test_words_that_look_like_forms_of_each_other_are_kept_apart(one: str, other: str) -> None:
    assert stem_first(fold(one)) != stem_first(fold(other))


@pytest.mark.parametrize(
    "forms",
    [
        "kvorum kvorumlar kvorumda kvorumdan kvoruma",
        "monitorinq monitorinqi monitorinqlər monitorinqdə",
        "ипотека ипотекалар ипотекасы",
        "цифрлар цифрлардың цифрларға",
    ],
)
def test_words_nobody_listed_lose_their_endings_too(forms: str) -> None:
    assert len({stem_first(fold(form)) for form in forms.split()}) == 1


@pytest.mark.parametrize("name", ["az", "kk"])
def test_the_lexicon_knows_every_stem_once_and_each_is_its_own_stem(name: str) -> None:
    text = files("archive").joinpath(f"lexicon/{name}-stems.txt").read_text(encoding="utf-8")
    stems = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    assert sorted({stem for stem in stems if stems.count(stem) > 1}) == []
    alphabet = re.compile("[abcçdeəfgğhxıijkqlmnoöprsştuüvyz]+" if name == "az" else "[а-яёәғқңөұүһі]+")
    assert [stem for stem in stems if not alphabet.fullmatch(stem)] == []
    assert [stem for stem in stems if stem_first(fold(stem)) != fold(stem)] == []


@given(st.text(alphabet="abeilnrsadkımə", max_size=20) | st.text(alphabet="абтыінғқаедл", max_size=20))
def test_any_word_keeps_a_stem_and_the_stem_of_a_form_begins_like_it(word: str) -> None:
    folded = fold(word)
    stem = stem_first(folded)
    assert bool(stem) == bool(folded)
    assert len(stem) <= len(folded)
    assert folded.startswith(stem[:-1])
