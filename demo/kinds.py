"""A bank with one question of every kind, and a quiz in which everybody may practise with them."""

from datetime import datetime

from core.db import transaction
from demo import cast
from people.access import Actor
from quizzes import bank_services, quiz_services
from quizzes.question_content import QuestionInput
from quizzes.quiz_drafts import QuizDraft, SectionDraft

BANK = "Các dạng câu hỏi"
SLUG = "luyen-tap-cac-dang-cau-hoi"
FOLDING = {"case": True, "marks": False, "edges": True, "tones": True}

SINGLE_CHOICE = QuestionInput(
    kind="single_choice",
    prompt="Quá giờ hẹn trả kết quả mười lăm phút, một người dân **lớn tiếng** ở quầy. Việc đầu tiên nên làm là gì?",
    content={
        "options": [
            {
                "text": "Xin lỗi vì đã để chờ, nghe hết câu chuyện rồi nói rõ bao lâu nữa có kết quả",
                "right": True,
                "explanation": "Người dân cần được nghe và cần một mốc thời gian. Cả hai đều có trong câu này.",
            },
            {
                "text": "Nhắc người dân giữ trật tự theo nội quy",
                "explanation": "Nội quy đúng, nhưng lỗi trễ hẹn là của cơ quan: xin lỗi trước đã.",
            },
            {
                "text": "Im lặng làm tiếp, chờ người dân tự bình tĩnh lại",
                "explanation": "Im lặng lúc này dễ bị hiểu là coi thường.",
            },
            {
                "text": "Giải thích rằng phòng chuyên môn chuyển hồ sơ chậm",
                "explanation": "Người dân làm việc với cơ quan, không phải với từng phòng. Đừng đổ cho phòng khác.",
            },
        ],
    },
    topic="N6",
    difficulty="easy",
)
MULTIPLE_CHOICE = QuestionInput(
    kind="multiple_choice",
    prompt="Báo cáo về món quà không từ chối được cần có những nội dung nào? (Chọn tất cả phương án đúng.)",
    content={
        "options": [
            {"text": "Họ tên, chức vụ, cơ quan, địa chỉ của người tặng", "right": True},
            {"text": "Loại và giá trị của quà", "right": True},
            {"text": "Thời gian, địa điểm, hoàn cảnh nhận quà", "right": True},
            {"text": "Quan hệ giữa người nhận và người tặng", "right": True},
            {
                "text": "Ý kiến của cả phòng về việc có nên giữ món quà",
                "explanation": "Xử lý quà là việc của cơ quan theo quy định, không đem ra biểu quyết.",
            },
            {
                "text": "Lời cam kết của người tặng",
                "explanation": "Quy định không yêu cầu, và người nhận cũng không đi xin lời cam kết ấy.",
            },
        ],
        "rule": "partial",
    },
    topic="N19",
    sources=("nd-59-2019",),
)
SHORT_ANSWER = QuestionInput(
    kind="short_answer",
    prompt="Điền tiếp cho đủ “4 xin”: xin chào, xin lỗi, xin cảm ơn và xin …",
    content={
        "answers": [
            {"text": "phép", "explanation": "Đủ bốn: chào, lỗi, cảm ơn, **phép**."},
            {"text": "xin phép", "explanation": "Đủ bốn: chào, lỗi, cảm ơn, **phép**."},
            {"text": "giúp đỡ", "share": 0, "explanation": "Giúp đỡ thuộc “4 luôn”."},
        ],
        "folding": FOLDING,
    },
    topic="N6",
    difficulty="easy",
    sources=("qd-1847-2018",),
)
NUMERIC = QuestionInput(
    kind="numeric",
    prompt="Không từ chối được quà, người nhận phải báo cáo và nộp lại trong bao nhiêu ngày làm việc?",
    content={
        "answers": [
            {"value": "5", "explanation": "**05 ngày làm việc**, kể từ ngày nhận quà."},
            {"value": "7", "share": 50, "explanation": "Bảy ngày là một tuần lịch; quy định tính ngày làm việc."},
        ],
        "unit": "ngày làm việc",
    },
    topic="N19",
    sources=("nd-59-2019",),
)
GAPS = QuestionInput(
    kind="gaps",
    prompt="Điền vào lời đáp của chị Hòa ở quầy một cửa.",
    content={
        "text": (
            "“Cháu [[lời]] bác, cháu không nhận quà được ạ. Giúp bác là [[vai]] của cháu. "
            "Hồ sơ còn thiếu hai giấy, cháu ghi cả vào một phiếu để bác [[lần]] phải đi lại nhiều lần.”"
        ),
        "gaps": [
            {"mark": "lời", "answers": [{"text": "cảm ơn"}, {"text": "cám ơn"}, {"text": "xin lỗi", "share": 50}]},
            {
                "mark": "vai",
                "options": [
                    {"text": "nhiệm vụ", "right": True},
                    {"text": "ân huệ"},
                    {"text": "việc riêng"},
                ],
            },
            {"mark": "lần", "answers": [{"text": "khỏi"}, {"text": "không"}, {"text": "đỡ"}]},
        ],
        "folding": FOLDING,
        "rule": "partial",
    },
    topic="N6",
)
MATCHING = QuestionInput(
    kind="matching",
    prompt="Ghép mỗi tình huống với cách xử lý đúng.",
    content={
        "rows": [
            {
                "text": "Phong bì bị để lại ở quầy, chủ nhân đã đi",
                "target": "Báo cáo bằng văn bản và nộp lại",
                "explanation": "Trong 05 ngày làm việc.",
            },
            {
                "text": "Phóng viên gọi điện hỏi về một hồ sơ đang giải quyết",
                "target": "Chuyển đến người được giao phát ngôn",
            },
            {
                "text": "Hồ sơ được phân công là hồ sơ của anh rể",
                "target": "Báo cáo để phân công người khác",
                "explanation": "Nói trước là cách giữ mình tốt nhất khi có xung đột lợi ích.",
            },
            {
                "text": "Bạn học xin số điện thoại của người nộp hồ sơ",
                "target": "Từ chối: đó là dữ liệu cá nhân của người dân",
            },
        ],
        "distractors": [{"text": "Hỏi ý kiến trong nhóm trò chuyện của phòng"}],
        "rule": "partial",
    },
    topic="N18",
)
ORDERING = QuestionInput(
    kind="ordering",
    prompt="Xếp các bước khi được biếu quà trong lúc giải quyết hồ sơ theo thứ tự đúng.",
    content={
        "items": [
            {"text": "Cảm ơn và từ chối, nói rõ vì sao không nhận được"},
            {
                "text": "Không từ chối được: ghi lại thời gian, hoàn cảnh và hiện trạng món quà",
                "explanation": "Ghi ngay, khi còn nhớ rõ.",
            },
            {"text": "Báo cáo thủ trưởng cơ quan bằng văn bản"},
            {"text": "Nộp lại và nhận biên bản bàn giao"},
        ],
        "rule": "pairs",
    },
    topic="N19",
    sources=("nd-59-2019",),
)
CATEGORISE = QuestionInput(
    kind="categorise",
    prompt="Mỗi hành vi thuộc “4 xin” hay “4 luôn”? Có một hành vi không thuộc nhóm nào.",
    content={
        "rows": [
            {"text": "Chào", "target": 0},
            {"text": "Mỉm cười", "target": 1},
            {"text": "Cảm ơn", "target": 0},
            {"text": "Lắng nghe", "target": 1},
            {"text": "Giúp đỡ", "target": 1},
            {"text": "Hẹn lần sau", "target": None, "explanation": "Hẹn lần sau không thuộc 4 xin, 4 luôn."},
        ],
        "targets": [{"text": "4 xin"}, {"text": "4 luôn"}],
        "rule": "partial",
    },
    topic="N6",
    difficulty="easy",
    sources=("qd-1847-2018",),
)
CASE_STUDY = QuestionInput(
    kind="case_study",
    prompt="Túi quà chiều thứ Sáu",
    content={
        "text": (
            "16 giờ 50 thứ Sáu, bác Lụa đặt một **túi quà** lên quầy, nói “gọi là chút lòng thành” rồi đi ngay. "
            "Chị Hòa gọi theo không kịp. Trong túi có hộp trà và phong bì 2.000.000 đồng.\n\n"
            "Phòng chỉ còn chị Hòa và anh Quân. Anh Quân bảo: “Cứ cất tủ, thứ Hai tính.”"
        ),
        "parts": [
            {
                "kind": "single_choice",
                "prompt": "Chị Hòa nên làm gì **ngay lúc đó**?",
                "points": 2,
                "content": {
                    "options": [
                        {
                            "text": "Ghi lại sự việc với anh Quân làm chứng và báo ngay cho phụ trách",
                            "right": True,
                            "explanation": "Có ghi chép, có người chứng kiến, có báo cáo ngay.",
                        },
                        {"text": "Cất vào tủ, chờ bác Lụa quay lại", "explanation": "Để lâu thì không còn gì làm rõ."},
                        {"text": "Chia hộp trà, giữ lại phong bì để nộp", "explanation": "Trà cũng là quà."},
                    ]
                },
            },
            {
                "kind": "numeric",
                "prompt": "Tính cả hôm nay, tuần sau không có ngày lễ: còn mấy ngày làm việc nữa là hết hạn nộp lại?",
                "content": {
                    "answers": [
                        {"value": "4", "explanation": "Thứ Sáu là ngày thứ nhất; còn thứ Hai đến thứ Năm tuần sau."}
                    ],
                    "unit": "ngày làm việc",
                },
            },
            {
                "kind": "gaps",
                "prompt": "Điền vào câu trong báo cáo.",
                "content": {
                    "text": "Quà gồm hộp trà và [[tiền]] đồng, do [[ai]] để lại tại quầy.",
                    "gaps": [
                        {
                            "mark": "tiền",
                            "answers": [{"text": "2.000.000"}, {"text": "2000000"}, {"text": "hai triệu"}],
                        },
                        {
                            "mark": "ai",
                            "options": [
                                {"text": "người nộp hồ sơ", "right": True},
                                {"text": "đồng nghiệp"},
                                {"text": "lãnh đạo"},
                            ],
                        },
                    ],
                },
            },
        ],
    },
    topic="N19",
    difficulty="hard",
    sources=("nd-59-2019",),
)
ESSAY = QuestionInput(
    kind="essay",
    prompt="Anh/chị viết lời xin lỗi gửi người dân có hồ sơ bị trả muộn hai ngày (khoảng 100 từ).",
    content={
        "criteria": [
            {"text": "Nhận lỗi rõ ràng, không đổ cho phòng khác", "weight": 2},
            {"text": "Nói rõ ngày trả kết quả và cách liên hệ", "weight": 1},
            {"text": "Lời văn lịch sự, dễ hiểu", "weight": 1},
        ],
        "words": 100,
        "model_answer": (
            "Kính gửi bác,\n\nHồ sơ của bác đã bị trả muộn hai ngày. Đây là lỗi của cơ quan, chúng tôi thành thật "
            "xin lỗi bác. Kết quả sẽ có vào **sáng thứ Tư**; nếu bác ngại đi lại, chúng tôi gửi về tận nhà.\n\n"
            "Cần hỏi thêm, xin bác gọi số điện thoại ghi trên giấy hẹn."
        ),
    },
    topic="N6",
)
#: One of every kind, from the simplest to answer to the one that takes longest.
QUESTIONS = (
    SINGLE_CHOICE, MULTIPLE_CHOICE, MATCHING, CATEGORISE, ORDERING, GAPS, SHORT_ANSWER, NUMERIC, CASE_STUDY, ESSAY,
)  # fmt: skip


def fill_bank(name: str, questions: tuple[QuestionInput, ...], *, by: Actor, at: datetime) -> int:
    """Make a bank of the department with published questions, and return its id."""
    bank = bank_services.create_bank(name, cast.unit_id(), by=by, at=at)
    for typed in questions:
        version = bank_services.save_question_draft(bank.id, None, typed, based_on=None, by=by, at=at)
        bank_services.publish_question(version.question_id, by=by, at=at)
    return bank.id


def put_quiz(slug: str, draft: QuizDraft, *, by: Actor, at: datetime) -> int:
    """Publish a quiz of the department, and return its id."""
    quiz = quiz_services.put_quiz(slug, draft, unit_id=cast.unit_id(), by=by, at=at)
    quiz_services.publish_quiz(quiz.id, by=by, at=at)
    return quiz.id


def offer_practice(at: datetime) -> int:
    """Let the trainer publish the quiz for practice, and return its id."""
    trainer = cast.actor(cast.TRAINER)
    with transaction():
        bank_id = fill_bank(BANK, QUESTIONS, by=trainer, at=at)
        draft = QuizDraft(
            title="Luyện tập: các dạng câu hỏi",
            sections=(SectionDraft(bank_id),),
            instructions="Mười câu, mỗi câu một dạng. Bài này để làm quen, không tính điểm.",
            practice=True,
            per_page=5,
            shuffle_questions=False,
            show_verdicts="during",
            show_key="during",
        )
        return put_quiz(SLUG, draft, by=trainer, at=at)
