"""A short course on difficult moments at the counter, its quiz with an essay, and what people wrote."""

from datetime import datetime

from sqlalchemy import select

from core.db import db, transaction
from demo import cast
from demo.kinds import fill_bank, put_quiz
from lessons import course_services, lesson_services
from lessons.rules import CourseDraft, LessonDraft, ModuleDraft
from people.access import Actor
from quizzes import marking_services
from quizzes.marking_models import MarkingTask
from quizzes.marking_queries import answer_step, rubric_of
from quizzes.models import AttemptItem, Bank, QuestionVersion
from quizzes.question_content import QuestionInput
from quizzes.quiz_drafts import QuizDraft, SectionDraft

TITLE = "Xử lý tình huống"
LESSON = """
## Mười phút cuối giờ

16 giờ 50, bà Mận đến quầy, hồ sơ còn thiếu một giấy. Nhà bà cách trụ sở hơn hai mươi cây số. Người trực muốn giúp,
nhưng không thể nhận một bộ hồ sơ chưa đủ.

## Bốn bước

1. **Chào và nghe hết.** Người dân cần được nghe trước khi được hướng dẫn.
2. **Nói rõ điều làm được và điều không làm được**, kèm quy định. Không hứa điều ngoài thẩm quyền.
3. **Tìm cách bớt phiền hà trong khuôn khổ**: ghi đủ giấy còn thiếu vào một phiếu, chỉ cách nộp trực tuyến, hẹn giờ.
4. **Từ chối quà và lời cảm ơn bằng vật chất**; không từ chối được thì báo cáo và nộp lại.

## Ghi nhớ

- Tận tình không có nghĩa là làm trái quy định.
- Đúng quy định cũng không có nghĩa là lạnh lùng.
"""
QUESTION = QuestionInput(
    kind="essay",
    prompt=(
        "16 giờ 40 chiều thứ Sáu, một cụ bà đi hơn hai mươi cây số đến nộp hồ sơ nhưng **thiếu một giấy**. Cụ đặt lên "
        "quầy túi cam và nói: “Biếu cháu, cháu linh động nhận cho bà.”\n\nAnh/chị nói gì và làm gì?"
    ),
    content={
        "criteria": [
            {"text": "Ứng xử với người dân: chào hỏi, lắng nghe, lời nói nhẹ nhàng", "weight": 1},
            {"text": "Hướng dẫn đúng, đủ trong một lần; không làm trái quy định", "weight": 1},
            {"text": "Từ chối quà khéo léo và đúng quy định", "weight": 1},
        ],
        "words": 150,
        "model_answer": (
            "Cháu chào bà, mời bà ngồi. Cháu xem hồ sơ, ghi giấy còn thiếu vào phiếu và nói rõ nơi xin giấy ấy.\n\n"
            "Cháu cảm ơn bà nhưng **không nhận cam**: giúp bà là nhiệm vụ của cháu. Cháu chỉ bà cách gửi bổ sung trực "
            "tuyến hoặc qua bưu điện để bà khỏi đi lại, và ghi số điện thoại của quầy vào phiếu hẹn."
        ),
    },
    topic="N6",
    difficulty="hard",
    sources=("qd-1847-2018", "nd-59-2019"),
)
ANSWERS = (
    (
        "Tôi chào cụ, mời cụ ngồi và rót nước. Tôi xem kỹ hồ sơ rồi nói rõ còn thiếu giấy nào, xin giấy ấy ở đâu,"
        " ghi tất cả vào một phiếu. Tôi cảm ơn cụ và xin phép không nhận cam, vì giúp cụ là việc của tôi. Tôi "
        "hướng dẫn cụ nhờ con cháu gửi bổ sung trực tuyến để khỏi đi lại."
    ),
    (
        "Tôi giải thích cho cụ là hồ sơ thiếu thì không nhận được, theo quy định phải đủ giấy. Tôi trả lại túi "
        "cam và hẹn cụ thứ Hai quay lại."
    ),
    (
        "Thương cụ đường xa, tôi nhận hồ sơ trước, cho cụ nợ giấy đến thứ Hai. Cam thì tôi không nhận, nhờ cụ "
        "mang về cho các cháu. Tôi xin số điện thoại của cụ để nhắc."
    ),
    (
        "Cháu chào bà ạ. Bà ngồi nghỉ đã, cháu xem giúp bà ngay. Bà còn thiếu một giấy; cháu gọi sang nơi cấp "
        "giấy hỏi xem chiều nay họ còn làm không. Nếu không kịp, cháu ghi vào phiếu để bà gửi qua bưu điện. Cam "
        "bà cho các cháu ở nhà, cháu không nhận được ạ."
    ),
    (
        "Tôi xin lỗi cụ vì chưa nhận được hồ sơ, viết phiếu hướng dẫn đầy đủ và đọc lại cho cụ nghe. Tôi nói thật"
        " với cụ là quy định không cho nhận quà, cụ thương thì lần sau chỉ cần góp ý cho chúng tôi làm tốt hơn."
    ),
    (
        "Tôi báo cáo lãnh đạo phòng để xin ý kiến. Trong lúc chờ, tôi mời cụ ngồi và hỏi han. Nếu lãnh đạo đồng ý"
        " thì tôi nhận hồ sơ. Túi cam giá trị nhỏ nên có thể chia cho mọi người trong phòng."
    ),
    (
        "Tôi từ chối túi cam ngay, nói nhẹ nhàng để cụ khỏi ngại. Sau đó tôi kiểm tra hồ sơ, ghi phiếu, chỉ cho "
        "cụ bộ phận hỗ trợ nộp trực tuyến ngay ở sảnh và nhờ đồng chí trực sảnh giúp cụ."
    ),
    (
        "Tôi mời cụ sang phòng chờ, gọi điện cho con cụ để hướng dẫn chụp gửi giấy còn thiếu qua cổng dịch vụ "
        "công. Hồ sơ đủ thì tôi tiếp nhận và in giấy hẹn. Cam tôi gửi lại cụ, kèm lời cảm ơn."
    ),
)
#: The place of an answer, who marks it, percents by criterion, the comment, and why a second marker is wanted.
MARKS = (
    (
        0,
        cast.TRAINER,
        (100, 100, 90),
        "Lời lẽ ân cần, hướng dẫn đủ. Nên ghi thêm số điện thoại của quầy vào phiếu.",
        "",
    ),
    (1, cast.TRAINER, (40, 60, 70), "Đúng quy định nhưng còn lạnh: cụ phải quay lại mà chưa biết xin giấy ở đâu.", ""),
    (3, cast.COLLEAGUE, (100, 90, 100), "Rất tốt: tìm cách để cụ khỏi đi lại mà không làm trái quy định.", ""),
    (
        2,
        cast.COLLEAGUE,
        (90, 30, 100),
        "Tấm lòng đáng quý, nhưng cho nợ giấy là trái quy định.",
        "Bài vừa rất tận tình vừa làm trái quy định; xin thêm ý kiến về tiêu chí thứ hai.",
    ),
)


def prepare(at: datetime) -> tuple[int, int]:
    """Let the trainer publish the course and its quiz, and return their ids."""
    trainer = cast.actor(cast.TRAINER)
    with transaction():
        draft = CourseDraft(
            title="Xử lý tình huống ở bộ phận một cửa",
            slug="xu-ly-tinh-huong",
            summary="Một bài học ngắn và một bài viết do giảng viên chấm.",
            hours=1,
        )
        course = course_services.create_course(draft, unit_id=cast.unit_id(), by=trainer, at=at)
        module = course_services.add_module(course.id, ModuleDraft("Ở quầy một cửa", "TH"), by=trainer, at=at)
        text = LessonDraft(
            title="Tận tình và đúng quy định",
            objective="Sau bài này, anh/chị biết giúp người dân bớt phiền hà mà không làm trái quy định.",
            minutes=4,
            text=LESSON,
            topics=("N4", "N6"),
        )
        lesson = lesson_services.add_lesson(module.id, text, by=trainer, at=at)
        lesson_services.publish_lesson(lesson.id, by=trainer, at=at)
        course_services.publish_course(course.id, by=trainer, at=at)
        bank_id = fill_bank(TITLE, (QUESTION,), by=trainer, at=at)
        choices = db.session.scalars(select(Bank.id).where(Bank.name.startswith("M7"))).one()
        rules = QuizDraft(
            title=TITLE,
            sections=(
                SectionDraft(choices, 4, title="Phần 1. Câu hỏi ngắn"),
                SectionDraft(bank_id, points=600, title="Phần 2. Bài viết"),
            ),
            instructions="Phần bài viết do giảng viên chấm; anh/chị nhận kết quả khi chấm xong.",
            attempts_allowed=2,
            time_limit_minutes=45,
            shuffle_questions=False,
        )
        return course.id, put_quiz("xu-ly-tinh-huong", rules, by=trainer, at=at)


def mark_some(at: datetime) -> None:
    """Let the trainers mark some of the essays; the others wait."""
    items = db.session.scalars(select(MarkingTask.item_id).order_by(MarkingTask.since, MarkingTask.item_id)).all()
    for place, code, percents, comment, second_reason in MARKS:
        with transaction():
            _mark(items[place], percents, comment, second_reason, by=cast.actor(code), at=at)


def _mark(
    item_id: int, percents: tuple[int, ...], comment: str, second_reason: str, *, by: Actor, at: datetime
) -> None:
    item = db.session.get_one(AttemptItem, item_id)
    lines = rubric_of(db.session.get_one(QuestionVersion, item.question_version_id), item.points)
    points = {line.key: line.points * percent // 100 for line, percent in zip(lines, percents, strict=True)}
    marking_services.mark(
        item_id, 1, points, answer_step=answer_step(item_id), comment=comment, second_reason=second_reason, by=by, at=at
    )
