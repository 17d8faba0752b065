"""What makes a batch: rows of questions of one kind, cut as without an engine where one is alone; failures apart."""
import pytest
import torch
from at_work import SHAPE, Asks, Bench, Counting, estimate

from branched.denoisers.network import evaluated_by, in_pieces
from branched.engine.batch import Question, batch, evaluate, merges
from branched.label.batch_norm import BatchNormConfig, with_batch_statistics


def question(network, number, rows, **more):
    return Question(network, torch.ones(rows, *SHAPE), torch.full((rows,), 0.5), torch.full((rows,), number), **more)


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 17, 50, 63])
def test_who_asks_alone_is_cut_as_without_an_engine(rows):
    engine, plain = Counting(), Counting()
    asked = question(engine, 1, rows)
    while not asked.is_over:
        evaluate(batch([asked]))
    with torch.inference_mode():
        expected = estimate(plain, 1, rows)
    assert engine.batches == plain.batches
    assert torch.equal(asked.answer, expected)


def test_rows_are_taken_in_order_and_cut_evenly():
    network = Counting(chunk=8)
    questions = [question(network, number, rows) for number, rows in ((1, 3), (2, 1), (3, 7))]
    while waiting := [each for each in questions if not each.is_over]:
        evaluate(batch(waiting))
    assert network.batches == [[1, 1, 1, 2, 3, 3], [3, 3, 3, 3, 3]]
    assert [len(each.answer) for each in questions] == [3, 1, 7]


def test_every_row_gets_its_own_answer():
    network = Counting(chunk=5)
    questions = [question(network, number, number + 1) for number in range(6)]
    while waiting := [each for each in questions if not each.is_over]:
        evaluate(batch(waiting))
    for number, each in enumerate(questions):
        assert torch.equal(each.answer, question_alone(number, number + 1))


def question_alone(number, rows):
    with torch.inference_mode():
        return in_pieces(Counting(), torch.ones(rows, *SHAPE), torch.full((rows,), 0.5), torch.full((rows,), number))


def test_a_failing_batch_is_tried_piece_by_piece():
    network = Counting()
    good, bad, also = (question(network, number, 2) for number in (1, -1, 3))
    evaluate(batch([good, bad, also]))
    assert network.batches == [[1, 1, -1, -1, 3, 3], [1, 1], [-1, -1], [3, 3]]
    assert torch.equal(good.answer, question_alone(1, 2)) and torch.equal(also.answer, question_alone(3, 2))
    with pytest.raises(ValueError, match="not negative"):
        _ = bad.answer


def test_a_failing_request_fails_alone():
    bench = Bench()
    good, _ = bench.ask(Asks(1))
    bad, _ = bench.ask(Asks(-1, log=(log := [])))
    bench.turns()
    assert len(good.news.result()) == 3 and log == ["ended"]
    with pytest.raises(ValueError, match="not negative"):
        bad.news.result()


def test_different_networks_do_not_mix():
    bench, other = Bench(), Counting()
    other.clock = bench.clock
    assert question(bench.network, 1, 1).kind != question(other, 1, 1).kind
    assert question(bench.network, 1, 1).kind == question(bench.network, 2, 9).kind


def test_what_is_asked_alone_is_never_merged():
    bench = Bench()
    for number in range(3):
        bench.ask(Asks(number, rows=9, times=2, alone=number == 1))
    bench.turns()
    assert all(set(seen) == {1} or 1 not in seen for seen in bench.network.batches)
    assert [len(seen) for seen in bench.network.batches if 1 in seen] == [5, 4, 5, 4]


def test_what_wants_gradients_is_called_as_it_is():
    network = Counting()
    assert not merges(network)
    with torch.inference_mode():
        assert merges(network)
        with torch.autocast("cpu"):
            assert not merges(network)
        assert not merges(network.train())


def test_rows_that_belong_together_are_not_merged_with_others():
    network = BatchNormConfig(shape=(1, 8, 8), channels=(8, 8), embedding=8, rank=1).build(2).eval()
    with torch.inference_mode():
        assert merges(network) and not merges(with_batch_statistics(network))


def test_who_evaluates_is_said_in_a_context_alone():
    network, asked = Counting(), []
    with evaluated_by(lambda *question: asked.append(question) or torch.zeros(2)):
        estimate(network, 1, 2)
    estimate(network, 1, 2)
    assert len(asked) == 1 and len(network.batches) == 1
